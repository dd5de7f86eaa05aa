"""Random clinics, random questions: the engine and a plain count agree to the last digit, on both databases."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.reports.clinic import STAGES, House, cells
from tests.reports.oracle import SHANGHAI, Record, aggregate, bucket, grouped, local_day

SEEDS = range(6)
GRAINS = (
    "day",
    "week",
    "xun",
    "month",
    "quarter",
    "half",
    "year",
    "weekday",
    "month_of_year",
    "day_of_month",
)


@pytest.fixture(params=SEEDS)
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def house(clinic: House, chance: random.Random) -> House:
    fill(clinic, chance)
    return clinic


def fill(clinic: House, chance: random.Random, leads: int = 60) -> None:
    """Put random records into a clinic: blanks, negative numbers, tags, dates on the edges of months and years."""

    def some(values: Any, blank: float = 0.2) -> Any:
        return None if chance.random() < blank else chance.choice(values)

    channels = [clinic.add("channel", name=f"ch{n}", kind=some(["on", "off"])) for n in range(4)]
    for record in clinic.records["channel"][1:]:
        record["parent_id"] = None
    customers = [
        clinic.add(
            "customer",
            name=f"c{n}",
            channel_id=some(channels),
            tags=tuple(chance.sample("xyz", chance.randint(0, 3))),
        )
        for n in range(8)
    ]
    base = datetime(2024, 12, 20, tzinfo=UTC)
    made = []
    for n in range(leads):
        created = base + timedelta(minutes=chance.randint(0, 620 * 24 * 60))
        made.append(clinic.add(
            "lead", name=f"l{n}", channel_id=some(channels), customer_id=some(customers), stage=some([s["key"] for s in STAGES]),
            tags=tuple(chance.sample("abc", chance.randint(0, 3))), score=some(range(-5, 30)),
            weight=None if chance.random() < 0.2 else Decimal(chance.randint(-5000, 5000)) / 1000,
            is_valid=some([True, False]), created_at=created, at=some([created + timedelta(hours=chance.randint(0, 99))]),
            done_on=some([local_day(created)]), worth=None if chance.random() < 0.3 else Decimal(chance.randint(-10_000, 1_000_000)) / 100,
        ))  # fmt: skip
    for _ in range(leads):
        clinic.add(
            "bill", customer_id=some(customers), lead_id=some(made), paid=Decimal(chance.randint(0, 99_999)) / 100,
            on=date(2025, 1, 1) + timedelta(days=chance.randint(0, 500)), status=some(["ok", "void"]),
            items=[{"kind": some("uv"), "qty": some([1, 2, 3]), "price": Decimal(chance.randint(0, 9999)) / 100, "channel_id": some(channels)}
                   for _ in range(chance.randint(0, 3))],
        )  # fmt: skip
    for _ in range(10):
        clinic.add(
            "spend",
            channel_id=some(channels),
            amount=Decimal(chance.randint(0, 99_999)) / 100,
            on=date(2025, 3, 1) + timedelta(days=chance.randint(0, 300)),
        )


def by(key: str) -> Callable[[Record], Any]:
    return lambda row: row.get(key)


def through(house: House, link: str, form: str, key: str) -> Callable[[Record], Any]:
    found = {row["id"]: row.get(key) for row in house.records[form]}
    return lambda row: found.get(row.get(link))


def day_of(key: str, grain: str) -> Callable[[Record], Any]:
    def read(row: Record) -> Any:
        value = row.get(key)
        day = local_day(value) if isinstance(value, datetime) else value
        return bucket(day, grain)

    return read


def values(rows: list[Record], key: str) -> list[Any]:
    return [row[key] for row in rows if row.get(key) is not None]


def test_every_aggregate_of_every_number_by_a_choice(house: House) -> None:
    places = {"score": 2, "worth": 2, "weight": 3}
    hows = ("sum", "avg", "min", "max", "median", "p90", "count_distinct")
    groups = grouped(house.records["lead"], [by("stage")])
    for key, digits in places.items():
        table = house.ask({"measures": [f"lead.{key}.{how}" for how in hows], "by": ["lead.stage"]})
        expected = {
            stage: tuple(aggregate(how, values(rows, key), digits) for how in hows)
            for (stage,), rows in groups.items()
        }
        assert cells(table) == expected


@pytest.mark.parametrize("grain", GRAINS)
def test_leads_by_time(clinic: House, grain: str) -> None:
    fill(clinic, random.Random(grain))
    for key in ("created_at", "at", "done_on"):
        report = {
            "measures": ["lead.count"],
            "by": [{"field": f"lead.{key}", "bucket": grain}],
            "fill": "none",
        }
        groups = grouped(clinic.records["lead"], [day_of(key, grain)])
        assert cells(clinic.ask(report)) == {when: len(rows) for (when,), rows in groups.items()}


def test_hours_are_those_of_the_clinic(house: House) -> None:
    def hour(row: Record) -> Any:
        return None if row.get("at") is None else row["at"].astimezone(SHANGHAI).hour

    def whole(row: Record) -> Any:
        if row.get("at") is None:
            return None
        return row["at"].astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0, tzinfo=None)

    for grain, key in (("hour_of_day", hour), ("hour", whole)):
        table = house.ask({"measures": ["lead.count"], "by": [{"field": "lead.at", "bucket": grain}]})
        assert cells(table) == {
            one: len(rows) for (one,), rows in grouped(house.records["lead"], [key]).items()
        }


def test_through_links_and_tags(house: House) -> None:
    channel = through(house, "customer_id", "customer", "channel_id")
    kinds = {row["id"]: row.get("kind") for row in house.records["channel"]}
    groups = grouped(house.records["lead"], [lambda row: kinds.get(channel(row)), by("tags")])
    table = house.ask({
        "measures": ["lead.count", "lead.worth.sum"], "by": ["lead.customer_id.channel_id.kind", "lead.tags"], "totals": True,
    })  # fmt: skip
    expected = {key: (len(rows), aggregate("sum", values(rows, "worth"), 2)) for key, rows in groups.items()}
    assert cells(table) == expected
    whole = (len(house.records["lead"]), aggregate("sum", values(house.records["lead"], "worth"), 2))
    assert table.totals[0].rows[0][2:] == whole


def test_filters_rates_and_own_filters(house: House) -> None:
    report = {
        "measures": [
            {"key": "won", "form": "lead", "aggregate": "rate", "filter": '{stage} = "won"', "among": "{score} > 3"},
            {"key": "dear", "form": "lead", "aggregate": "sum", "of": "worth", "filter": "{worth} > 100"},
        ],
        "by": ["lead.channel_id.name"], "filter": '{lead.is_valid} AND {lead.stage} <> "lost"',
    }  # fmt: skip
    rows = [row for row in house.records["lead"] if row["is_valid"] is True and row["stage"] != "lost"]
    expected = {}
    for (name,), some in grouped(rows, [through(house, "channel_id", "channel", "name")]).items():
        among = [row for row in some if row["score"] is not None and row["score"] > 3]
        won = [row for row in among if row["stage"] == "won"]
        rate = (
            round(Decimal(len(won)) / len(among), 10).quantize(Decimal("0.000001"), "ROUND_HALF_UP")
            if among
            else None
        )
        dear = [row["worth"] for row in some if row["worth"] is not None and row["worth"] > 100]
        expected[name] = (rate, sum(dear[1:], dear[0]) if dear else None)
    assert cells(house.ask(report)) == expected


def test_several_facts_meet_on_what_they_share(house: House) -> None:
    own = through(house, "customer_id", "customer", "channel_id")
    leads = grouped(house.records["lead"], [by("channel_id"), day_of("created_at", "month")])
    bills = grouped(
        [row for row in house.records["bill"] if row["status"] != "void"], [own, day_of("on", "month")]
    )
    spent = grouped(house.records["spend"], [by("channel_id"), day_of("on", "month")])
    table = house.ask({
        "measures": ["lead.count", "bill.net", "spend.amount"], "by": ["channel", {"role": "date", "bucket": "month"}],
    })  # fmt: skip
    everything = {
        key: (
            len(leads.get(key, ())), aggregate("sum", values(bills.get(key, []), "paid"), 2), aggregate("sum", values(spent.get(key, []), "amount"), 2)
        )
        for key in {*leads, *bills, *spent}
    }  # fmt: skip
    voided = grouped(house.records["bill"], [own, day_of("on", "month")])
    for key in voided:
        everything.setdefault(key, (0, None, None))
    assert cells(table) == everything


def test_rows_of_sub_tables(house: House) -> None:
    rows = [
        {**item, "customer_id": bill["customer_id"], "on": bill["on"]}
        for bill in house.records["bill"]
        for item in bill["items"]
    ]
    report = {
        "measures": ["bill.items.count", "bill.items.price.sum",
                     {"key": "worth", "form": "bill.items", "aggregate": "sum", "value": "{qty} * {price}", "format": "money"}],
        "by": ["bill.items.kind", "channel"],
    }  # fmt: skip
    own = through(house, "customer_id", "customer", "channel_id")
    expected = {
        key: (
            len(some), aggregate("sum", values(some, "price"), 2),
            sum((Decimal(row["qty"] or 0) * row["price"] for row in some), Decimal(0)),
        )
        for key, some in grouped(rows, [by("kind"), own]).items()
    }  # fmt: skip
    assert cells(house.ask(report)) == expected


def test_bands_of_numbers(house: House) -> None:
    rows = house.records["lead"]

    def wide(row: Record) -> Any:
        return None if row["score"] is None else (row["score"] - 1) // 7

    def edged(row: Record) -> Any:
        return (
            None
            if row["worth"] is None
            else sum(row["worth"] >= edge for edge in (0, Decimal("99.995"), 5000)) - 1
        )

    for field, bins, key in (
        ("score", {"width": 7, "from": 1}, wide),
        ("worth", {"edges": [0, "99.995", 5000]}, edged),
    ):
        table = house.ask({"measures": ["lead.count"], "by": [{"field": f"lead.{field}", "bins": bins}]})
        assert cells(table) == {one: len(some) for (one,), some in grouped(rows, [key]).items()}


def test_last_year_stands_beside_this_one(house: House) -> None:
    rows = house.records["bill"]
    report = {
        "measures": ["bill.paid.sum"], "by": [{"role": "date", "bucket": "month"}], "compare": ["previous_year"],
        "period": "2026-01-01..2026-03-31", "fill": "blank", "totals": True,
    }  # fmt: skip
    table = house.ask(report)

    def total(first: date, until: date) -> Any:
        return aggregate("sum", [row["paid"] for row in rows if first <= row["on"] < until], 2)

    # Today is 5 March 2026: March is compared with the first five days of last year's.
    expected = {
        date(2026, 1, 1): (
            total(date(2026, 1, 1), date(2026, 2, 1)),
            total(date(2025, 1, 1), date(2025, 2, 1)),
        ),
        date(2026, 2, 1): (
            total(date(2026, 2, 1), date(2026, 3, 1)),
            total(date(2025, 2, 1), date(2025, 3, 1)),
        ),
        date(2026, 3, 1): (
            total(date(2026, 3, 1), date(2026, 4, 1)),
            total(date(2025, 3, 1), date(2025, 3, 6)),
        ),
    }
    assert {row[0]: row[1:3] for row in table.rows} == expected
    assert table.totals[0].rows[0][1:3] == (
        total(date(2026, 1, 1), date(2026, 4, 1)),
        total(date(2025, 1, 1), date(2025, 3, 6)),
    )


@pytest.mark.parametrize("weeks", [1, 30])
def test_records_moved_in_time_move_their_groups_and_nothing_else(house: House, weeks: int) -> None:
    far = timedelta(weeks=weeks)
    asked = {"measures": ["bill.count", "bill.paid.sum"], "by": [{"role": "date", "bucket": "week"}], "form": "bill", "fill": "none"}  # fmt: skip
    before = cells(house.ask(asked))
    table = house.clinic.tables["bill"].table
    for row in house.records["bill"]:
        if row.get("on") is not None:
            house.clinic.connection.execute(
                table.update().where(table.c.id == row["id"]).values({table.c["on"]: row["on"] + far})
            )
    after = cells(house.ask(asked))
    assert after == {None if day is None else day + far: values for day, values in before.items()}
