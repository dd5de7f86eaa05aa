"""The other kinds of question, each against a count of its own."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.problems import Rejected
from report_engine.drawing.foretelling import proof
from report_engine.figures import figure
from report_engine.kinds.change import shapley, split
from report_engine.query import rounded
from report_engine.statistics.customer_value import Histories, fit_bg_nbd, fit_gamma_gamma
from report_engine.statistics.rfm import GROUPS
from report_engine.table import Table
from tests.reports.clinic import House, boss, house
from tests.reports.oracle import bucket
from tests.reports.test_scope import SECRETIVE, me

TODAY = date(2026, 3, 5)


def bills(
    clinic: House, chance: random.Random, people: int = 12, count: int = 80
) -> list[tuple[str, date, Decimal]]:
    names = [clinic.add("customer", name=f"c{n}") for n in range(people)]
    found = []
    for _ in range(count):
        who, day = chance.choice(names), date(2024, 10, 1) + timedelta(days=chance.randint(0, 520))
        paid = Decimal(chance.randint(1, 99_999)) / 100
        clinic.add("bill", customer_id=who, on=day, paid=paid, status="ok")
        found.append((who, day, paid))
    return found


def months_on(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def month_end(first: date, number: int) -> date:
    count = first.year * 12 + first.month - 1 + number + 1
    return date(count // 12, count % 12 + 1, 1)


@pytest.mark.parametrize("mode", ["on", "within", "rolling"])
@pytest.mark.parametrize("seed", range(3))
def test_who_comes_back(clinic: House, mode: str, seed: int) -> None:
    sold = list(bills(clinic, random.Random(seed)))
    days: dict[str, set[date]] = defaultdict(set)
    for who, day, _ in sold:
        days[who].add(day)
    cohorts: dict[date, list[tuple[date, set[date]]]] = defaultdict(list)
    for visits in days.values():
        first = min(visits)
        cohorts[first.replace(day=1)].append((first, {day for day in visits if day > first}))
    expected: dict[Any, Any] = {}
    for cohort, people in cohorts.items():
        for n in range(1, 5):
            tests = {"on": lambda d, n=n, c=cohort: months_on(c, d) == n, "within": lambda d, n=n, c=cohort: months_on(c, d) <= n,
                     "rolling": lambda d, n=n, c=cohort: months_on(c, d) >= n}  # fmt: skip
            came = sum(any(tests[mode](day) for day in later) for _, later in people)
            expected[cohort, n] = (len(people), came if month_end(cohort, n) <= TODAY else None)
    table = clinic.ask(
        {
            "kind": "retention",
            "form": "bill",
            "settings": {"subject": "customer_id", "periods": 4, "mode": mode},
        }
    )
    assert {row[:2]: row[2:4] for row in table.rows} == expected


@pytest.mark.parametrize("grain", ["week", "month", "quarter"])
@pytest.mark.parametrize("seed", range(2))
def test_what_begins_and_what_counts_as_coming_back_are_told_by_conditions(
    clinic: House, grain: str, seed: int
) -> None:
    chance = random.Random(seed)
    people = [clinic.add("customer", name=f"c{n}") for n in range(10)]
    sold = [
        (chance.choice(people), date(2025, 3, 1) + timedelta(days=chance.randint(0, 360)), chance.choice(["ok", "void", "trial"]))
        for _ in range(120)
    ]  # fmt: skip
    for who, day, status in sold:
        clinic.add("bill", customer_id=who, on=day, status=status, paid=Decimal(1))
    began = {
        who: min(days)
        for who in people
        if (days := [day for one, day, status in sold if one == who and status == "trial"])
    }

    def distance(first: date, then: date) -> int:
        if grain == "week":
            return (
                then - timedelta(days=then.weekday()) - (first - timedelta(days=first.weekday()))
            ).days // 7
        return months_on(first, then) if grain == "month" else quarter(then) - quarter(first)

    def quarter(day: date) -> int:
        return day.year * 4 + (day.month - 1) // 3

    sizes: dict[date, int] = defaultdict(int)
    back: dict[tuple[date, int], set[str]] = defaultdict(set)
    for who, first in began.items():
        cohort = bucket(first, grain)
        sizes[cohort] += 1
        for one, day, status in sold:
            if one == who and status == "ok" and day > first:
                back[cohort, distance(first, day)].add(who)
    settings = {"subject": "customer_id", "periods": 12, "mode": "on", "grain": grain}
    settings |= {"start": '{status} = "trial"', "again": '{status} = "ok"'}
    table = clinic.ask({"kind": "retention", "form": "bill", "settings": settings})
    over = {row[:2]: row[3] is not None for row in table.rows}
    assert {row[0]: row[2] for row in table.rows} == sizes
    found = {row[:2]: row[3] for row in table.rows if row[3] is not None}
    assert found == {key: len(back[key]) for key, is_over in over.items() if is_over}
    assert any(found.values())


@pytest.mark.parametrize("seed", range(2))
def test_what_a_cohort_brings_later_is_held_against_what_it_brought_first(clinic: House, seed: int) -> None:
    sold = bills(clinic, random.Random(seed))
    first = {who: min(day for one, day, _ in sold if one == who) for who, _, _ in sold}
    sums: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for who, day, amount in sold:
        sums[first[who].replace(day=1), months_on(first[who], day)] += amount
    settings = {"subject": "customer_id", "periods": 5, "mode": "rolling", "amount": "paid"}
    table = clinic.ask({"kind": "retention", "form": "bill", "settings": settings})
    at = [table.at(key) for key in ("first_revenue", "revenue", "revenue_share")]
    assert len(table.rows) == 5 * len({day.replace(day=1) for day in first.values()})
    for row in table.rows:
        cohort, number = row[0], row[1]
        began, kept = sums[cohort, 0], sums[cohort, number]
        is_over = month_end(cohort, number) <= TODAY
        share = rounded(Fraction(kept) / Fraction(began), 6)
        assert tuple(row[one] for one in at) == (began, kept if is_over else None, share if is_over else None)
    with pytest.raises(Rejected) as refused:
        clinic.ask(
            {"kind": "retention", "form": "bill", "settings": {"subject": "customer_id", "amount": "status"}}
        )
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("report.bad_aggregate", "/settings/amount")
    ]


def test_coming_back_may_stand_in_another_form(clinic: House) -> None:
    stays, goes = (clinic.add("customer", name=name) for name in ("stays", "goes"))
    for who in (stays, goes):
        clinic.add("lead", customer_id=who, created_at=datetime(2025, 11, 5, tzinfo=UTC))
    clinic.add("bill", customer_id=stays, on=date(2025, 12, 9), status="ok", paid=Decimal(1))
    # A bill before they began is no coming back, nor is one that the condition leaves out.
    clinic.add("bill", customer_id=goes, on=date(2025, 10, 9), status="ok", paid=Decimal(1))
    clinic.add("bill", customer_id=goes, on=date(2025, 12, 9), status="void", paid=Decimal(1))
    settings = {"subject": "customer_id", "again_form": "bill", "again": '{status} = "ok"', "periods": 1}
    table = clinic.ask({"kind": "retention", "form": "lead", "settings": settings})
    assert [row[:4] for row in table.rows] == [(date(2025, 11, 1), 1, 2, 1)]


@pytest.mark.parametrize("place", ["start", "again"])
def test_a_condition_of_cohorts_on_what_is_not_there_is_told(clinic: House, place: str) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(
            {"kind": "retention", "form": "bill", "settings": {"subject": "customer_id", place: "{nix} = 1"}}
        )
    assert refused.value.problems[0].path == f"/settings/{place}"


@pytest.mark.parametrize("mode", ["on", "within", "rolling"])
def test_behind_a_cohort_s_number_are_as_many_customers_as_it_says(clinic: House, mode: str) -> None:
    bills(clinic, random.Random(7))
    asked = {
        "kind": "retention",
        "form": "bill",
        "settings": {"subject": "customer_id", "periods": 3, "mode": mode},
    }
    for cohort, period, size, returned, _ in clinic.ask(asked).rows:
        dims = {"cohort": cohort.isoformat(), "period": period}
        came, began = clinic.behind(asked, dims, "share"), clinic.behind(asked, dims, "size")
        assert (began.form, began.count, came.count) == ("customer", size, returned or 0)
        assert set(came.ids or ()) <= set(began.ids or ())


def test_cohorts_of_what_is_no_record_open_nothing(clinic: House) -> None:
    bills(clinic, random.Random(7))
    with pytest.raises(Rejected) as refused:
        clinic.behind({"kind": "retention", "form": "bill", "settings": {"subject": "status"}}, {}, "size")
    assert refused.value.problems[0].code == "report.nothing_behind"


def test_behind_a_customer_s_value_is_the_customer(clinic: House) -> None:
    bills(clinic, random.Random(3))
    asked = {"kind": "customer_value", "form": "bill", "settings": {"amount": "paid"}}
    table = clinic.ask(asked)
    assert clinic.behind(asked, {"customer": table.rows[0][0]}).ids == (table.rows[0][0],)
    assert clinic.behind(asked, {}).count == len(table.rows)


def test_rfm_groups_hold_everybody_once(clinic: House) -> None:
    sold = [one for one in bills(clinic, random.Random(1)) if one[1] <= TODAY]
    table = clinic.ask({"kind": "rfm", "form": "bill", "settings": {"amount": "paid", "since": 30}})
    assert sum(row[1] for row in table.rows) == len({who for who, _, _ in sold})
    year = sum((paid for _, day, paid in sold if day > TODAY - timedelta(days=365)), Decimal(0))
    assert sum(row[3] for row in table.rows) == year
    assert sum(one["count"] for one in table.notes["moves"]) == table.notes["customers"]


def test_the_customers_behind_an_rfm_group_are_as_many_as_it_says(clinic: House) -> None:
    bills(clinic, random.Random(1))
    asked = {"kind": "rfm", "form": "bill", "settings": {"amount": "paid"}}
    table = clinic.ask(asked)
    for row in table.rows:
        behind = clinic.behind(asked, {"group": row[0]})
        assert (behind.form, behind.count) == ("customer", row[1])


def test_a_listed_record_is_what_is_behind_its_line(clinic: House) -> None:
    bills(clinic, random.Random(1))
    asked = {"kind": "list", "form": "bill", "settings": {"columns": ["paid"]}}
    table = clinic.ask(asked)
    assert clinic.behind(asked, {"id": table.rows[0][0]}).ids == (table.rows[0][0],)
    assert clinic.behind(asked, {}).count == len(table.rows)


def test_rfm_by_person_has_the_very_numbers(clinic: House) -> None:
    sold = [one for one in bills(clinic, random.Random(2)) if one[1] <= TODAY]
    table = clinic.ask({"kind": "rfm", "form": "bill", "settings": {"amount": "paid", "customers": True}})
    for row in table.rows:
        own = [(day, paid) for who, day, paid in sold if who == row[0]]
        year = [(day, paid) for day, paid in own if day > TODAY - timedelta(days=365)]
        assert row[5] == (TODAY - max(day for day, _ in own)).days
        assert row[6:8] == (len({day for day, _ in year}), sum((paid for _, paid in year), Decimal("0.00")))
        days = sorted({day for day, _ in own})
        gaps = [(after - before).days for before, after in pairwise(days)]
        mean = Fraction(sum(gaps), len(gaps)) if gaps else None
        assert row[8] == (None if mean is None else rounded(mean, 1))


def test_rfm_may_call_high_what_is_better_than_the_mean(clinic: House) -> None:
    sold = [one for one in bills(clinic, random.Random(2)) if one[1] <= TODAY]
    settings = {"amount": "paid", "customers": True, "high": "mean"}
    table = clinic.ask({"kind": "rfm", "form": "bill", "settings": settings})
    people = {who for who, _, _ in sold}
    last = {who: max(day for one, day, _ in sold if one == who) for who in people}
    recent = [one for one in sold if one[1] > TODAY - timedelta(days=365)]
    often = {who: len({day for one, day, _ in recent if one == who}) for who in people}
    money = {who: sum((paid for one, _, paid in recent if one == who), Decimal(0)) for who in people}
    days = {who: (TODAY - last[who]).days for who in people}
    for row in table.rows:
        who = row[0]
        high = (
            days[who] < Fraction(sum(days.values()), len(people)),
            often[who] > Fraction(sum(often.values()), len(people)),
            money[who] > Fraction(sum(money.values())) / len(people),
        )
        assert row[1] == GROUPS[high]


def test_few_customers_are_no_ground_for_a_forecast_of_their_value(clinic: House) -> None:
    bills(clinic, random.Random(3))
    table = clinic.ask({"kind": "customer_value", "form": "bill", "settings": {"amount": "paid"}})
    assert [one.code for one in table.warnings] == ["report.too_few_customers"]
    assert all(row[3] is None for row in table.rows)


def test_with_enough_who_came_back_each_has_visits_and_money_to_expect(clinic: House) -> None:
    chance = random.Random(11)
    people = [clinic.add("customer", name=f"c{n}") for n in range(260)]
    days: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for at, who in enumerate(people):
        # Ten never come back; the rest come the more often the later they stand.
        for _ in range(1 if at < 10 else 2 + at % 6):
            day, paid = (
                date(2025, 1, 1) + timedelta(days=chance.randint(0, 400)),
                Decimal(chance.randint(100, 90_000)) / 100,
            )
            clinic.add("bill", customer_id=who, on=day, paid=paid, status="ok")
            days[who][day] += paid
    table = clinic.ask(
        {"kind": "customer_value", "form": "bill", "settings": {"amount": "paid", "ahead": 180}}
    )
    returned = {who for who, sold in days.items() if len(sold) > 1}
    assert len(returned) >= 200
    assert [one.code for one in table.warnings] == []
    assert table.notes["came_back"] == len(returned)
    rows = {row[0]: row for row in table.rows}
    assert {who: rows[who][1:3] for who in rows} == {
        who: (len(sold), sum(sold.values())) for who, sold in days.items()
    }

    # The very model on histories made here: days after the first, weeks from first to last, weeks till today.
    ordered = sorted(days)
    first = {who: min(days[who]) for who in ordered}
    histories = Histories.of(
        [len(days[who]) - 1 for who in ordered],
        [(max(days[who]) - first[who]).days / 7 for who in ordered],
        [(TODAY - first[who]).days / 7 for who in ordered],
    )
    model = fit_bg_nbd(histories)
    again = [
        sum(paid for day, paid in days[who].items() if day > first[who]) / max(len(days[who]) - 1, 1)
        for who in ordered
    ]
    spend = fit_gamma_gamma([len(days[who]) - 1 for who in ordered], [float(one) for one in again])
    alive, visits = model.alive(histories), model.expected(histories, 180 / 7)
    money = spend.mean(histories.repeats, np.asarray([float(one) for one in again])) * visits
    for at, who in enumerate(ordered):
        assert rows[who][3] == pytest.approx(float(alive[at]), abs=1e-6)
        assert rows[who][4] == pytest.approx(float(visits[at]), rel=1e-4)
        assert float(rows[who][5]) == pytest.approx(float(money[at]), rel=1e-3, abs=0.02)
    assert [row[5] for row in table.rows] == sorted((row[5] for row in table.rows), reverse=True)
    assert all(0 <= row[3] <= 1 for row in table.rows)


def test_equal_values_share_a_rank_and_a_lucky_one_of_one_does_not_lead(clinic: House) -> None:
    for channel, valid, count in (
        ("one", True, 1),
        ("many", True, 40),
        ("many", False, 4),
        ("poor", False, 20),
    ):
        for _ in range(count):
            clinic.add("lead", channel_id=channel, is_valid=valid)
    report = {"kind": "ranking", "measures": ["lead.valid_rate"], "by": ["channel"]}
    plain = clinic.ask(report)
    assert [(row[0], row[plain.at("lead.valid_rate@rank")]) for row in plain.rows] == [
        ("one", 1),
        ("many", 2),
        ("poor", 3),
    ]
    drawn = clinic.ask({**report, "settings": {"shrink": 20}})
    assert [row[0] for row in drawn.rows] == ["many", "one", "poor"]


NET = {"key": "left", "formula": "COALESCE({bill.paid.sum}, 0) - {bill.net}", "format": "money"}


@pytest.mark.parametrize("measure", ["bill.paid.sum", "bill.count", NET], ids=["sum", "count", "formula"])
@pytest.mark.parametrize("limit", [None, 3])
def test_each_place_has_its_share_of_all_ranked_however_many_are_shown(
    clinic: House, measure: Any, limit: int | None
) -> None:
    sold: dict[str, list[Decimal]] = defaultdict(list)
    for who, _, paid in bills(clinic, random.Random(6), people=7):
        sold[who].append(paid)
    for who in list(sold):
        clinic.add("bill", customer_id=who, on=date(2025, 1, 5), paid=Decimal(len(sold[who])), status="void")
    void = {who: Decimal(len(paid)) for who, paid in sold.items()}
    key = measure if isinstance(measure, str) else "left"
    expected = {
        "bill.paid.sum": {who: sum(paid) + void[who] for who, paid in sold.items()},
        "bill.count": {who: Decimal(len(paid) + 1) for who, paid in sold.items()},
        "left": void,
    }[key]
    report = {"kind": "ranking", "measures": [measure], "by": ["bill.customer_id"]}
    table = clinic.ask({**report, "limit": limit} if limit else report)
    whole = sum(expected.values())
    found = {row[0]: row[table.at(f"{key}@share")] for row in table.rows}
    assert len(found) == (limit or 7)
    assert found == {who: round(expected[str(who)] / whole, 6) for who in found}


PER_CASE = {"key": "each", "formula": "{lead.score.sum} / {lead.count}"}


@pytest.mark.parametrize(
    "measure", ["lead.valid_rate", "lead.score.avg", PER_CASE], ids=["rate", "avg", "ratio"]
)
def test_what_does_not_add_up_has_no_share(clinic: House, measure: Any) -> None:
    clinic.add("lead", channel_id="one", is_valid=True, score=3)
    table = clinic.ask({"kind": "ranking", "measures": [measure], "by": ["channel"]})
    assert not [one.key for one in table.columns if one.key.endswith("@share")]


def test_a_table_shows_the_share_while_its_columns_have_room(clinic: House) -> None:
    clinic.add("lead", channel_id="one", score=3)
    clinic.add("lead", channel_id="two", score=1)
    clinic.add("lead", channel_id="two", score=1)
    report = {"kind": "ranking", "measures": ["lead.count"], "by": ["channel"], "chart": {"kind": "table"}}
    made = figure(report, clinic.ask(report), "zh")
    at = [one["name"] for one in made["columns"]].index("占比")
    assert [row["cells"][at]["text"] for row in made["rows"]] == ["66.7%", "33.3%"]
    many = {**report, "measures": ["lead.count", "lead.valid_rate", *(f"lead.score.{how}" for how in ("sum", "avg", "min", "max"))]}  # fmt: skip
    assert "占比" not in [one["name"] for one in figure(many, clinic.ask(many), "zh")["columns"]]


def test_a_distribution_has_round_bands_and_everybody_in_them(clinic: House) -> None:
    chance = random.Random(4)
    for _ in range(50):
        clinic.add("lead", score=chance.randint(0, 100))
    table = clinic.ask({"kind": "distribution", "form": "lead", "settings": {"of": "score", "bands": 10}})
    assert sum(row[1] for row in table.rows) == 50
    assert table.notes["width"] == "10"


def test_a_list_shows_records_and_masks_what_is_masked(clinic: House, connection: Any) -> None:
    other = clinic
    other.add("lead", name="Ann", stage="won", score=3)
    other.add("lead", name="Ben", stage="new", score=4)
    table = other.ask(
        {
            "kind": "list",
            "form": "lead",
            "filter": '{stage} = "won"',
            "settings": {"columns": ["name", "score"]},
        },
        boss(),
    )
    assert [row[1:] for row in table.rows] == [("Ann", 3)]


def test_a_list_tells_the_time_as_the_clinics_clock_does(clinic: House) -> None:
    clinic.add("lead", at=datetime(2026, 3, 5, 2, 30, tzinfo=UTC))
    table = clinic.ask({"kind": "list", "form": "lead", "settings": {"columns": ["at"]}})
    shown = table.rows[0][1]
    assert isinstance(shown, datetime)
    assert f"{shown:%Y-%m-%d %H:%M}" == "2026-03-05 10:30"


def test_a_list_of_hidden_fields_is_refused(connection: Any) -> None:
    clinic = house(connection, user=SECRETIVE)
    clinic.add("customer", name="Ann", secret=Decimal("3.00"))
    table = clinic.ask(
        {"kind": "list", "form": "customer", "settings": {"columns": ["name", "secret"]}}, me()
    )
    assert table.rows[0][2] != Decimal("3.00")
    with pytest.raises(Rejected):
        clinic.ask({"kind": "list", "form": "customer", "settings": {"columns": ["born"]}}, me())


def test_a_forecast_goes_on_from_the_last_whole_month(clinic: House) -> None:
    for n in range(30):
        count = 2023 * 12 + 8 + n
        clinic.add("bill", on=date(count // 12, count % 12 + 1, 5), paid=Decimal(1000 + 100 * (n % 12)))
    table = clinic.ask({
        "kind": "forecast", "measures": ["bill.paid.sum"], "by": [{"role": "date", "bucket": "month"}], "period": "last 30 months",
        "settings": {"ahead": 2},
    })  # fmt: skip
    ahead = [row for row in table.rows if row[4]]
    assert [row[0] for row in ahead] == [date(2026, 3, 1), date(2026, 4, 1)]
    assert all(row[2] <= row[1] <= row[3] for row in ahead)


def forecast_of_months(clinic: House, count: int) -> Table:
    for n in range(count):
        at = 2026 * 12 + 1 - n
        clinic.add("bill", on=date(at // 12, at % 12 + 1, 5), paid=Decimal(1000 + 100 * (n % 5)))
    return clinic.ask({
        "kind": "forecast", "measures": ["bill.paid.sum"], "by": [{"role": "date", "bucket": "month"}], "period": "last 40 months",
        "settings": {"ahead": 2},
    })  # fmt: skip


@pytest.mark.parametrize("kind", ["line", "bar", "table"])
def test_below_a_forecast_stands_how_far_off_the_method_was_on_the_past(clinic: House, kind: str) -> None:
    table = forecast_of_months(clinic, 40)
    # Twelve moments of the past were tried, the latest two months before the end: 13 months were foretold.
    said = f"回测误差 {round(table.notes['smape'], 1):g}%（近 13 个月）"
    report = {"kind": "forecast", "chart": {"kind": kind}}
    assert [one for one in figure(report, table, "zh")["notes"] if "回测" in one or "历史" in one] == [said]
    assert figure(report, table, "en")["notes"][-1].endswith("(last 13 months)")


@pytest.mark.parametrize(("months", "is_short"), [(23, True), (24, False)])
def test_below_a_forecast_from_too_little_past_stands_that_it_is_no_more_than_a_guide(
    clinic: House, months: int, is_short: bool
) -> None:
    table = forecast_of_months(clinic, months)
    assert ("历史不足 24 个月，仅供参考" in proof(table, "zh")) is is_short
    assert ("Less than 24 months of past: for guidance only" in proof(table, "en")) is is_short


def test_where_nothing_was_forecast_nothing_is_said_of_errors(clinic: House) -> None:
    assert proof(forecast_of_months(clinic, 3), "zh") == []


def test_the_parts_of_a_change_add_up_to_the_last_fen() -> None:
    chance = random.Random(5)
    for _ in range(200):
        before, after = (
            [Fraction(chance.randint(0, 5000), chance.randint(1, 90)) for _ in range(4)] for _ in range(2)
        )
        then, now = Fraction(chance.randint(0, 10**8), 100), Fraction(chance.randint(0, 10**8), 100)
        assert (
            sum(split(then, now, before, after, 2))
            == Decimal((now - then).numerator) / (now - then).denominator
        )


def test_each_factor_alone_explains_what_it_alone_changed() -> None:
    assert list(shapley([Fraction(2), Fraction(3)], [Fraction(5), Fraction(3)])) == [9, 0]


def test_why_revenue_changed(clinic: House) -> None:
    for month, count, paid in ((2, 4, "10.00"), (1, 2, "30.00")):
        for day in range(1, count + 1):
            clinic.add("bill", on=date(2026, month, day), paid=Decimal(paid), status="ok")
    table = clinic.ask({
        "kind": "change", "compare": ["previous_month"], "period": "2026-02-01..2026-02-28",
        "measures": ["bill.net", "bill.count", {"key": "ticket", "formula": "{bill.net} / {bill.count}", "format": "money"}],
    })  # fmt: skip
    assert {row[0]: row[1] for row in table.rows} == {
        "bill.count": Decimal("40.00"),
        "ticket": Decimal("-60.00"),
    }


CHANGED = {
    "kind": "change", "compare": ["previous_month"], "period": "2026-02-01..2026-02-28",
    "measures": ["bill.net", "bill.count", {"key": "ticket", "formula": "{bill.net} / {bill.count}", "format": "money"}],
}  # fmt: skip


def test_behind_a_part_of_a_change_are_the_records_of_its_factor_and_behind_both_ends_theirs(
    clinic: House,
) -> None:
    for month, count in ((2, 4), (1, 2)):
        for day in range(1, count + 1):
            clinic.add("bill", on=date(2026, month, day), paid=Decimal(5), status="ok")
    assert clinic.behind(CHANGED, {"factor": "bill.count"}, "part").count == 4
    assert clinic.behind(CHANGED, {"factor": "ticket"}, "part").count == 4
    assert [clinic.behind(CHANGED, {}, side).count for side in ("then", "now")] == [2, 4]


def test_a_past_too_short_for_a_forecast_is_shown_with_a_word(clinic: House) -> None:
    for month in (1, 2):
        clinic.add("bill", on=date(2026, month, 5), paid=Decimal(100))
    asked = {
        "kind": "forecast",
        "measures": ["bill.paid.sum"],
        "by": [{"role": "date", "bucket": "month"}],
        "period": "last 30 months",
    }
    table = clinic.ask(asked)
    assert [(row[0], row[1], row[4]) for row in table.rows] == [
        (date(2026, 1, 1), Decimal(100), False),
        (date(2026, 2, 1), Decimal(100), False),
    ]
    assert [(one.code, one.params["count"]) for one in table.warnings] == [("forecast.too_short", 2)]


def test_nothing_at_all_to_forecast_is_told(clinic: House) -> None:
    asked = {
        "kind": "forecast",
        "measures": ["bill.paid.sum"],
        "by": [{"role": "date", "bucket": "month"}],
        "period": "last 30 months",
    }
    with pytest.raises(Rejected) as refused:
        clinic.ask(asked)
    assert [one.code for one in refused.value.problems] == ["forecast.too_short"]


def test_settings_of_a_kind_are_closed(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(
            {
                "kind": "funnel",
                "form": "lead",
                "steps": [{"stage": "new"}, {"stage": "won"}],
                "settings": {"windw": 3},
            }
        )
    assert refused.value.problems[0].code == "schema.unknown_property"


@pytest.mark.parametrize("report", [{"measures": 5}, {"measures": [None]}, {"by": {}, "measures": ["lead.count"]}, {"kind": "no_such", "measures": ["lead.count"]},
                                    {"measures": ["lead.count"], "filter": "{"}, {"measures": ["lead.count"], "period": "soon"}, {"measures": ["lead.count"] * 13}])  # fmt: skip
def test_nonsense_is_told_in_words(clinic: House, report: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(report)
    assert all(problem.message("zh") and problem.message("en") for problem in refused.value.problems)
