"""The script page says which wording does better, no sooner than it can be said."""

import pytest
from flask.testing import FlaskClient

from runtime.services import Portal, Services
from runtime.store import keys
from tests.workspaces import publish_files


def _count(portal: Portal, shown: tuple[int, int], orders: tuple[int, int]) -> None:
    async def write(services: Services) -> None:
        await publish_files(services)
        hour = int(services.now() // 3600) - 40
        for arm, many, bought in zip(("warm", "formal"), shown, orders, strict=True):
            fields = {f"{arm}|{hour}|exposures": many, f"{arm}|{hour}|orders1": bought}
            await services.redis.hset(keys.hours("offer"), mapping=fields)

    portal.call(write)


def test_before_anybody_saw_it_nothing_is_compared(client: FlaskClient) -> None:
    assert 'class="standing"' not in client.get("/scripts/offer").text


@pytest.mark.parametrize(
    ("shown", "orders", "said"),
    [
        ((2000, 2000), (100, 220), ("earns more than", 'class="verdict better"')),
        ((2000, 2000), (220, 100), ("earns less than", 'class="verdict worse"')),
        ((300, 300), (15, 18), ("Open: ", 'class="verdict open"')),
        ((9, 0), (0, 0), ("Too little was seen", 'class="verdict open"')),
    ],
)
def test_it_says_what_can_be_said(
    client: FlaskClient,
    portal: Portal,
    shown: tuple[int, int],
    orders: tuple[int, int],
    said: tuple[str, str],
) -> None:
    _count(portal, shown, orders)
    page = client.get("/scripts/offer").text
    for words in said:
        assert words in page
    assert "How is this computed?" in page


def test_rates_and_chances_stand_in_the_table(client: FlaskClient, portal: Portal) -> None:
    _count(portal, (2000, 2000), (100, 220))
    page = client.get("/scripts/offer").text
    assert "<strong>5.0\xa0%</strong>" in page
    assert "<strong>11\xa0%</strong>" in page
    assert "100\xa0%</td>" in page
