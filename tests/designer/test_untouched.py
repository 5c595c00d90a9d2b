"""A form that is saved as it was opened changes nothing; one that is changed, only that."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from designer import drafts
from flows.yaml_text import values_of
from runtime.services import Portal
from tests.designer.filled_forms import filled
from tests.designer.test_pages import HTMX

SHOP = Path(__file__).parents[2] / "flows" / "library" / "phone_shop"
ODD_RULE = """\
rule: odd
name: {zh-CN: 奇数,  en: "Odd"}   # both names
priority: 0
trigger: {event: visit_start, where: {visit: first}}
when: {any: [{fact: slot.code, op: eq, value: "007"}, {not: {fact: cart.total, op: gt, value: 1.0}}]}
then: [{do: set, tag: seen, value: true}, {do: push_coupon, coupon: NEW-30, expires: 48h}, {do: set, slot: pin, value: "0042"}]
limits: {cooldown: 1440m, per_visitor: {max: 2, in: 168h}}
conflict: {suppress_groups: []}
tests: [{given: [{at: 0s, event: visit_start, visit: first}, {at: 0.5h, event: tick}], expect: silent}]
"""
ODD = {
    "rules/odd.yaml": ODD_RULE,
    "rules/late.yaml": "rule: late\nname: 晚\ntrigger: {event: Product Viewed, dwell: {more_than: 60s}}\nthen: [{do: notify, text: hey}]\n",
    "segments/odd.yaml": "segment: odd\ntitle: {zh-CN: 仅中文}\nwhen: {fact: visitor.vip, op: eq, value: true}\n",
    "connectors/shop.yaml": 'connector: shop\ntitle: {zh-CN: 商店, en: Shop}\nurl: "https://shop.example/x"\nfill: {state: a.b}\nexample: {state: "1", n: 2}\n',
    "scripts/many.yaml": "script: many\ntitle: {zh-CN: 多语, ja: 多言語}\nvariants:\n  a: {text: 一样, card: {title: {zh-CN: 卡, ja: カード}, url: '/x'}, replies: [{zh-CN: 好, ja: はい}]}\n  b: {text: {zh-CN: 二, en: Two, ja: 二つ}, review: approved}\nweighting: {fixed: {a: 1, b: 3}}\n",
    "experiments/which.yaml": "experiment: which\ntitle: {zh-CN: 哪个, en: Which}\nscript: many\narms: [a, b]\nmode: ab\naudience: {share: 0.5}\n",
    "flows/odd.yaml": """\
flow: odd
start: ask
steps:
  ask: {ask: many, title: {zh-CN: 问}, choices: [{text: {zh-CN: 好, ja: はい}, next: sort}, {text: 一样, next: end}], otherwise: end, retries: 2}
  sort: {branch: [{when: {fact: cart.count, op: gt, value: 0}, next: end}], otherwise: end}
  end: {end: true}
""",
}
LANGUAGES = ("en", "zh")


def place_of(path: str) -> str:
    folder, _, name = path.removesuffix(".yaml").partition("/")
    return f"/{folder}/{name}"


def shop() -> dict[str, str]:
    """The ready-made shop, with files written in ways of their own."""
    found = {str(p.relative_to(SHOP)): p.read_text("utf-8") for p in SHOP.rglob("*.y*ml")}
    return {**found, **ODD}


@pytest.fixture
def engine(portal: Portal) -> object:
    drafts.save(portal.services.engine, drafts.Author("a", "import", "x"), shop(), {})
    return portal.services.engine


def save(client: FlaskClient, place: str, lang: str, more: Mapping[str, str] = {}) -> str:
    """Open a form, change some of its fields and save it; gives what is answered."""
    asked = {**HTMX, "Accept-Language": lang}
    page = client.get(place, headers=asked)
    assert page.status_code == 200, place
    form = filled(page.text, place)
    assert form, place
    form |= {name: [value] for name, value in more.items()}
    answer = client.put(place, data=form, headers=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("folder", ["rules", "segments", "scripts", "connectors", "experiments"])
def test_a_file_whose_form_is_saved_untouched_stays_letter_by_letter(
    client: FlaskClient, engine: object, folder: str, lang: str
) -> None:
    before = shop()
    paths = [path for path in before if path.startswith(f"{folder}/")]
    assert paths
    for path in paths:
        save(client, place_of(path), lang)
    after = drafts.files(engine)  # type: ignore[arg-type]
    assert {path: after[path] for path in paths} == {path: before[path] for path in paths}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("flow", ["odd", "welcome", "returns", "order_status", "presale", "price"])
def test_a_step_that_is_saved_untouched_stays_letter_by_letter(
    client: FlaskClient, engine: object, flow: str, lang: str
) -> None:
    before = shop()
    for step in values_of(before[f"flows/{flow}.yaml"])["steps"]:
        save(client, f"/flows/{flow}/steps/{step}", lang)
    after = drafts.files(engine)  # type: ignore[arg-type]
    assert {path: after[path] for path in before if after[path] != before[path]} == {}


def test_only_what_was_changed_is_written_anew(client: FlaskClient, engine: object) -> None:
    save(client, "/rules/odd", "en", {"name.en": "Odder", "then.1.expires.n": "3"})
    text = drafts.files(engine)["rules/odd.yaml"]  # type: ignore[arg-type]
    changed = [
        (a, b) for a, b in zip(ODD_RULE.splitlines(), text.splitlines(), strict=True) if a != b
    ]
    assert [now.split(":")[0] for _was, now in changed] == ["name", "then"]
    assert values_of(text)["name"] == {"zh-CN": "奇数", "en": "Odder"}
    assert [deed.get("expires") for deed in values_of(text)["then"]] == [None, "3d", None]
    assert values_of(text)["then"][2]["value"] == "0042"


@pytest.mark.parametrize("folder", ["rules", "segments", "connectors", "experiments", "scripts"])
def test_a_name_in_one_language_leaves_the_others(
    client: FlaskClient, engine: object, folder: str
) -> None:
    name = {"rules": "angry-care", "segments": "vip", "connectors": "shop"}.get(folder, "which")
    name = "many" if folder == "scripts" else name
    key = "name" if folder == "rules" else "title"
    path = f"{folder}/{name}.yaml"
    before = values_of(shop()[path])[key]
    save(client, f"/{folder}/{name}", "en", {f"{key}.en": "Another"})
    assert values_of(drafts.files(engine)[path])[key] == {**before, "en": "Another"}  # type: ignore[arg-type]


def test_a_label_written_in_one_language_leaves_the_others(
    client: FlaskClient, engine: object
) -> None:
    for words in ({"zh-CN": "要价格"}, {"en": "Wants a price"}, {"en": "Asks a price"}):
        label = {"op": "label", "from": "sort", "port": "otherwise", "words": words}
        rev = drafts.revision(engine, "flows/odd.yaml")  # type: ignore[arg-type]
        sent = {"rev": str(rev), "edit": json.dumps(label)}
        assert client.post("/flows/odd/edits", data=sent).status_code == 200
    text = drafts.files(engine)["flows/odd.yaml"]  # type: ignore[arg-type]
    words = {"zh-CN": "要价格", "en": "Asks a price"}
    assert values_of(text)["labels"] == {"sort": {"otherwise": words}}
