"""Options of questions that nothing else asks about: each counted a second time, so that one ignored would show."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from report_engine.statistics.rfm import GROUP_WORDS
from tests.reports.clinic import House, cells
from tests.reports.oracle import Record, grouped
from tests.reports.test_oracle import by, fill, values

TODAY = date(2026, 3, 5)


@pytest.fixture
def house(clinic: House) -> House:
    fill(clinic, random.Random(11))
    return clinic


def sums(rows: list[Record], key: str) -> Decimal | None:
    known = values(rows, key)
    return sum(known[1:], known[0]) if known else None


# gaps


@pytest.mark.parametrize(
    ("report_fill", "own_fill", "gap"),
    [
        (None, True, (0, None)), ("blank", True, (0, None)), ("zero", True, (0, Decimal(0))),
        ("none", True, None), (None, False, None), ("zero", False, None),
    ],
)  # fmt: skip
def test_days_without_anything_are_blank_nought_or_left_out(
    clinic: House, report_fill: str | None, own_fill: bool, gap: Any
) -> None:
    paid = {date(2026, 2, 3): Decimal("10.50"), date(2026, 2, 6): Decimal(3)}
    for day, amount in paid.items():
        clinic.add("bill", on=day, paid=amount)
    report: dict[str, Any] = {
        "measures": ["bill.count", "bill.paid.sum"], "period": "2026-02-01..2026-02-08",
        "by": [{"role": "date", "bucket": "day", "fill": own_fill}],
    }  # fmt: skip
    if report_fill is not None:
        report["fill"] = report_fill
    expected = {day: (1, amount) for day, amount in paid.items()}
    if gap is not None:
        every = (date(2026, 2, 1) + timedelta(days=at) for at in range(8))
        expected = {day: expected.get(day, gap) for day in every}
    assert cells(clinic.ask(report)) == expected


# dimensions


def test_the_rest_of_the_largest_few_is_called_as_the_report_calls_it(house: House) -> None:
    words = {"zh": "别的渠道", "en": "Elsewhere"}
    report = {"measures": ["lead.count"], "by": [{"role": "channel", "top": 1, "other": words}]}
    table = house.ask(report)
    counts = Counter(row.get("channel_id") for row in house.records["lead"])
    assert table.columns[0].labels["(other)"] == words
    assert cells(table)["(other)"] == sum(counts.values()) - max(counts.values())


def test_a_number_that_knows_nothing_of_a_dimension_is_repeated_where_it_is_told_to(house: House) -> None:
    stage = {"field": "lead.stage", "repeat": True}
    report = {"measures": ["lead.count", "spend.amount.sum"], "by": ["channel", stage]}
    spent = {
        key: sums(rows, "amount")
        for (key,), rows in grouped(house.records["spend"], [by("channel_id")]).items()
    }
    leads = grouped(house.records["lead"], [by("channel_id"), by("stage")])
    found = cells(house.ask(report))
    assert {key: found[key] for key in leads} == {
        key: (len(rows), spent.get(key[0])) for key, rows in leads.items()
    }


def test_bands_are_called_as_the_report_calls_them(house: House) -> None:
    labels = [{"zh": one, "en": one} for one in ("低", "中", "高")]
    bins = {"edges": [5, 15], "labels": labels}
    table = house.ask({"measures": ["lead.count"], "by": [{"field": "lead.score", "bins": bins}]})
    known = [row["score"] for row in house.records["lead"] if row.get("score") is not None]
    named = Counter("低" if one < 5 else "中" if one < 15 else "高" for one in known)
    said = {table.columns[0].labels[str(row[0])]["zh"]: row[1] for row in table.rows if row[0] is not None}
    assert said == named


@pytest.mark.parametrize("bands", [2, 5, 12, 40])
def test_a_distribution_has_the_smallest_round_width_that_gives_no_more_than_so_many_bands(
    house: House, bands: int
) -> None:
    known = [row["worth"] for row in house.records["lead"] if row.get("worth") is not None]
    spread = max(known) - min(known)
    round_ = sorted(Decimal(step).scaleb(power) for step in (1, 2, 5) for power in range(-3, 8))
    width = next(one for one in round_ if one * bands >= spread)
    table = house.ask({"kind": "distribution", "form": "lead", "settings": {"of": "worth", "bands": bands}})
    assert Decimal(table.notes["width"]) == width
    expected = Counter(None if one is None else one // width if one >= 0 else -(-one // width + (-one % width > 0))
                       for one in (row.get("worth") for row in house.records["lead"]))  # fmt: skip
    assert {key: count for key, count in cells(table).items() if count} == expected


# kinds


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_months_than_asked_for_are_called_a_season(clinic: House, most: int) -> None:
    high = {5: 9, 8: 7, 11: 5}
    for at in range(36):
        year, month = 2023 + (2 + at) // 12, (2 + at) % 12 + 1
        clinic.add("bill", on=date(year, month, 9), paid=Decimal(100 * high.get(month, 1)), status="ok")
    report = {
        "kind": "season", "measures": ["bill.net"], "period": "previous 36 months",
        "by": ["bill.status", {"role": "date", "bucket": "month_of_year", "key": "month"}],
        "settings": {"show": "peaks", "peaks": most},
    }  # fmt: skip
    table = clinic.ask(report)
    [told] = [row[table.at("peaks")] for row in table.rows]
    assert sorted(told.split(",")) == sorted(str(month) for month in list(high)[:most])


EDGES = {"recency": [20, 60, 120, 240], "frequency": [1, 2, 3, 5], "money": [50, 100, 200, 400]}


@pytest.mark.parametrize("through", [False, True], ids=["", "through the lead"])
def test_rfm_by_edges_gives_each_customer_the_points_of_where_he_lies(clinic: House, through: bool) -> None:
    chance = random.Random(5)
    days: dict[str, set[date]] = defaultdict(set)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    people = [clinic.add("customer", name=f"c{at}") for at in range(14)]
    leads = {who: clinic.add("lead", customer_id=who) for who in people}
    for _ in range(60):
        who, ago = chance.choice(people), chance.choice([0, 20, 21, 60, 61, 120, 121, 240, 241, 300])
        amount = Decimal(chance.choice([10, 40, 50, 60, 100]))
        days[who].add(TODAY - timedelta(days=ago))
        paid[who] += amount
        whose = {"lead_id": leads[who]} if through else {"customer_id": who}
        clinic.add("bill", on=TODAY - timedelta(days=ago), paid=amount, status="ok", **whose)
    settings = {"amount": "paid", "edges": EDGES} | ({"customer": "lead_id.customer_id"} if through else {})
    table = clinic.ask({"kind": "rfm", "form": "bill", "settings": settings})
    expected: Counter[str] = Counter()
    for who, known in days.items():
        lately = (TODAY - max(known)).days
        # Four points or more are high: recent within the second edge, others above the third.
        high = (lately <= 60, len(known) > 3, paid[who] > 200)
        expected[named(high)] += 1
    told = {GROUP_WORDS[str(row[0])]["zh"]: row[1] for row in table.rows if row[1]}
    assert told == expected


def named(high: tuple[bool, bool, bool]) -> str:
    """Return what the group is called in any book: by frequency and recency the kind, by money whether it matters."""
    kind = {(True, True): "价值", (True, False): "发展", (False, True): "保持", (False, False): "挽留"}[
        high[:2]
    ]
    return f"{'重要' if high[2] else '一般'}{kind}"


def test_what_was_paid_counts_on_the_day_that_is_named(clinic: House) -> None:
    channel = clinic.add("channel", name="甲")
    who = clinic.add("customer", name="c", channel_id=channel)
    clinic.add("spend", channel_id=channel, amount=Decimal(100), on=date(2025, 6, 1))
    came = clinic.add("lead", channel_id=channel, customer_id=who, created_at=at_noon(date(2025, 6, 1)))
    clinic.add(
        "bill",
        customer_id=who,
        lead_id=came,
        paid=Decimal(150),
        on=date(2025, 6, 11),
        status="ok",
        created_at=at_noon(date(2025, 7, 1)),
    )
    report = {
        "kind": "payback", "form": "lead", "measures": ["spend.amount.sum", "lead.count"], "by": ["channel"],
        "settings": {"subject": "customer_id", "paid": "bill", "amount": "paid"},
    }  # fmt: skip
    for more, days in (({}, 10), ({"at": "created_at"}, 30)):
        table = clinic.ask({**report, "settings": {**report["settings"], **more}})
        assert [row[table.at("payback")] for row in table.rows if row[0] == channel] == [days]


def at_noon(day: date) -> Any:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
