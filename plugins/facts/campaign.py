"""Where a visitor came from: the campaign that the address of a page names.

By the parameters of Google Analytics (utm_source, utm_medium, utm_campaign), from the property
`search` or `url` of Segment's `page` call.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rules.facts import SESSION, Fact, FactSource
from rules.model import Event
from runtime.hookspecs import hookimpl

_PARTS = {"source": "utm_source", "medium": "utm_medium", "name": "utm_campaign"}
_TITLES = {
    "source": ("来源渠道", "campaign source", "xiaohongshu"),
    "medium": ("投放方式", "campaign medium", "cpc"),
    "name": ("推广活动", "campaign", "double11"),
}
FACTS = tuple(
    Fact(
        f"campaign.{part}", "text", "page", SESSION, "", example, {"zh-CN": chinese, "en": english}
    )
    for part, (chinese, english, example) in _TITLES.items()
)


def fold(profile: Mapping[str, Any], event: Event) -> dict[str, str]:
    """Take the campaign from the address of a page; one without leaves the last one."""
    if event.name != "page":
        return {}
    said = event.properties
    search = str(said.get("search") or urlsplit(str(said.get("url") or "")).query)
    given = parse_qs(search.removeprefix("?"), max_num_fields=50)
    return {f"campaign.{part}": given[key][0] for part, key in _PARTS.items() if key in given}


@hookimpl
def register_facts() -> list[FactSource]:
    """Bring the facts of campaigns."""
    return [FactSource("campaign", FACTS, fold)]
