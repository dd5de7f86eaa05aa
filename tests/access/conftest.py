"""The clinic of the access tests, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.access.clinic import Clinic, field, form, opened, shapes

FORMS = shapes(
    form("branch", field("name"), field("region_name"), title="{name}"),
    form(
        "customer",
        field("name", search="name"),
        field("phone", mask="phone", search="phone", sensitive=True),
        field("wechat", mask="phone", search="code"),
        field("level", "choice"),
        field("tags", "choices"),
        field("helpers", "persons"),
        field("born", "date"),
        field("cost", "money", mask="cost"),
        field("visits", "integer", stored=False,
              rollup={"of": "visit", "by": "customer_id", "aggregate": "count"}),
        field("spent", "money", stored=False,
              rollup={"of": "visit", "by": "customer_id", "aggregate": "sum", "field": "paid", "where": "{paid} > 0"}),
        title='{name} & " " & {level}',
    ),
    form(
        "visit",
        field("name", search="text"),
        field("customer_id", "reference", to="customer", indexed=True),
        field("doctor_id", "person"),
        field("paid", "money"),
        field("cost", "money", mask="cost"),
        field("at", "datetime"),
        field("stage", "choice", options=[{"key": "open", "label": {"zh": "进行中", "en": "Open"}}]),
        field("profit", "money", stored=False, formula="{paid} - {cost}"),
        field("double", "money", stored=False, formula="{paid} * 2"),
        field("who", stored=False, formula="{customer_id.name}"),
        field("lines", "rows", rows=form("lines", field("item"), field("price", "money"), field("gain", "money", mask="cost"), parent="visit")),
        own_by=("owner_id", "doctor_id"),
        title="{stage}",
    ),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def clinic(connection: Connection) -> Clinic:
    return Clinic(connection, FORMS)
