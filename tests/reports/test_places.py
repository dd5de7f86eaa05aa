"""Customers by province, city and district: counted along links, filtered, opened, and never where the address is hidden."""

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.access.query import RecordQuery
from engine.problems import Rejected
from tests.reports.clinic import ALL, House, cells, house
from tests.reports.test_behind import listed
from tests.reports.test_scope import me

PLACES = (
    {"code": "330106", "province": "浙江省", "city": "杭州市", "district": "西湖区"},
    {"code": "3302", "province": "浙江省", "city": "宁波市"},
    {"code": "31", "province": "上海市"},
    None,
)


@pytest.fixture
def places(clinic: House) -> House:
    chance = random.Random(8)
    for _ in range(20):
        customer = clinic.add("customer", name="c", home=chance.choice(PLACES))
        for _ in range(chance.randint(0, 3)):
            clinic.add("lead", customer_id=chance.choice([customer, None]), score=1)
    return clinic


def place(record: Any, step: str) -> str | None:
    return (record.get("home") or {}).get(step)


@pytest.mark.parametrize("step", ["province", "city", "district"])
def test_customers_by_a_step_of_their_address(places: House, step: str) -> None:
    table = places.ask({"measures": ["customer.count"], "by": [f"customer.home__{step}"]})
    assert cells(table) == Counter(place(one, step) for one in places.records["customer"])
    assert table.columns[0].name["en"].startswith("home · ")


def test_leads_by_the_city_of_their_customer(places: House) -> None:
    homes = {one["id"]: one for one in places.records["customer"]}
    expected = Counter(place(homes.get(one["customer_id"], {}), "city") for one in places.records["lead"])
    assert cells(places.ask({"measures": ["lead.count"], "by": ["lead.customer_id.home__city"]})) == expected


def test_a_bar_opens_its_people_and_a_filter_keeps_them(places: House) -> None:
    report = {"measures": ["customer.count"], "by": ["customer.home__province"]}
    for name, count in cells(places.ask(report)).items():
        found = places.behind(report, {"customer.home__province": name}, "customer.count")
        assert (found.count, listed(places, found)) == (count, count)
    kept = places.ask({"measures": ["customer.count"], "filter": '{customer.home__province} = "浙江省"'})
    assert kept.rows[0][0] == cells(places.ask(report))["浙江省"]


def test_where_the_address_is_hidden_there_are_no_places(connection: Connection) -> None:
    hidden = {"customer": {"view": "all", "fields": {"home": "none", "*": "read"}}}
    clinic = house(connection, user={**ALL, "grants": hidden})
    clinic.add("customer", name="c", home=PLACES[0])
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": ["customer.count"], "by": ["customer.home__city"]}, me())
    assert [one.code for one in refused.value.problems] == ["access.field_hidden"]


def test_only_addresses_have_places(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": ["customer.count"], "by": ["customer.name__city"]})
    assert [one.code for one in refused.value.problems] == ["report.unknown_field"]


def test_lists_of_records_know_nothing_of_places(places: House) -> None:
    gate = places.clinic.gate(places.policy, me())
    with pytest.raises(Rejected):
        gate.page(RecordQuery("customer", ("id",), formulas=('{home__city} = "杭州市"',)))
