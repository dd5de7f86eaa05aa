"""Seasons: each calendar month against the usual, worked out a second time by hand; peaks, short histories, records behind."""

import random
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.explaining import explained
from report_engine.kind import KINDS
from report_engine.pipeline import bound_report
from tests.reports.clinic import NOW, ZONE, House, data_of
from tests.reports.test_behind import desk_of

REPORT: dict[str, Any] = {
    "kind": "season",
    "measures": ["bill.net"],
    "by": ["bill.status", {"role": "date", "bucket": "month_of_year", "key": "month"}],
    "period": "previous 36 months",
}
# The clinic's today is 5 March 2026, so the last whole month is February and the period begins in March 2023.
MONTHS = [(2023 + (2 + at) // 12, (2 + at) % 12 + 1) for at in range(36)]


def paid(clinic: House, amount: str, on: date, status: str = "paid") -> None:
    clinic.add("bill", paid=Decimal(amount), on=on, status=status)


def by_hand(values: dict[tuple[int, int], Decimal]) -> dict[int, Decimal]:
    """Return the index of each calendar month of one series: slow, and in another way than the engine's."""
    first = next(at for at, one in enumerate(MONTHS) if values.get(one))
    run = [(month, Fraction(values.get((year, month), 0))) for year, month in MONTHS[first:]]
    ratios: dict[int, list[Fraction]] = defaultdict(list)
    for at in range(6, len(run) - 6):
        early = sum(value for _, value in run[at - 6 : at + 6])
        late = sum(value for _, value in run[at - 5 : at + 7])
        if early + late:
            ratios[run[at][0]].append(run[at][1] * 24 / (early + late))
    if len(run) < 24:
        mean = sum(value for _, value in run) / len(run)
        ratios = defaultdict(list)
        for month, value in run:
            ratios[month].append(value / mean)
        means = {month: sum(some) / len(some) for month, some in ratios.items()}
    else:
        means = {month: sum(some) / len(some) for month, some in ratios.items()}
        whole = sum(means.values())
        means = {month: one * len(means) / whole for month, one in means.items()}
    return {month: quantized(one) for month, one in means.items()}


def quantized(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def told(clinic: House, **more: Any) -> dict[tuple[Any, Any], Decimal]:
    table = clinic.ask({**REPORT, **more})
    at = [table.at(key) for key in ("bill.status", "month", "index")]
    return {(row[at[0]], row[at[1]]): row[at[2]] for row in table.rows}


def test_an_index_is_the_mean_ratio_to_a_centred_year_that_averages_one(clinic: House) -> None:
    dice = random.Random(5)
    sums: dict[str, dict[tuple[int, int], Decimal]] = {
        "old": defaultdict(Decimal),
        "new": defaultdict(Decimal),
    }
    for at, (year, month) in enumerate(MONTHS):
        for status, since in (("old", 0), ("new", 20)):
            if at < since or (status == "old" and at == 9):
                continue
            for _ in range(dice.randint(1, 3)):
                amount = Decimal(dice.randint(1, 50_000) * (3 if month in (5, 11) else 1)).scaleb(-2)
                paid(clinic, str(amount), date(year, month, dice.randint(1, 28)), status)
                sums[status][year, month] += amount
    # This month is not over, what lies before the period is not asked for.
    paid(clinic, "99999.00", date(2026, 3, 2), "old")
    paid(clinic, "99999.00", date(2023, 2, 27), "old")
    wanted = {(s, month): one for s in sums for month, one in by_hand(sums[s]).items()}
    assert told(clinic) == wanted
    assert sum(one for (status, _), one in wanted.items() if status == "old") == pytest.approx(
        Decimal(12), abs=Decimal("0.00002")
    )


def test_peak_months_are_those_well_above_the_usual_and_short_histories_are_marked(clinic: House) -> None:
    for at, (year, month) in enumerate(MONTHS):
        paid(clinic, "300.00" if month in (3, 9) else "100.00", date(year, month, 7))
        if at >= 30:
            paid(clinic, "100.00", date(year, month, 7), "young")
    table = clinic.ask({**REPORT, "settings": {"show": "peaks"}})
    at = {key: table.at(key) for key in ("bill.status", "peaks", "highest", "months", "highest@small")}
    rows = {row[at["bill.status"]]: [row[at[key]] for key in list(at)[1:]] for row in table.rows}
    # 300 of a year of 1,600: 2.25 times the usual.
    assert rows["paid"] == ["3,9", Decimal("2.250000"), 36, False]
    assert rows["young"] == ["", Decimal("1.000000"), 6, True]
    [words] = [one.labels for one in table.columns if one.key == "peaks"]
    assert words["3,9"] == {"zh": "3月、9月", "en": "Mar, Sep"}
    assert [one.code for one in table.warnings] == ["report.short_season"]
    index = clinic.ask(REPORT)
    small = {row[0] for row in index.rows if row[index.at("index@small")]}
    assert small == {"young"}
    assert {(row[0], row[1]) for row in index.rows if row[index.at("index@peak")]} == {
        ("paid", 3),
        ("paid", 9),
    }


def test_a_cell_opens_the_records_of_its_month_of_every_year(clinic: House) -> None:
    for year, month in MONTHS:
        paid(clinic, "10.00", date(year, month, 3))
    report = {**REPORT, "by": REPORT["by"][1:]}
    assert clinic.behind(report, {"month": 4}, "bill.net").count == 3


def test_nothing_sold_has_no_season(clinic: House) -> None:
    table = clinic.ask(REPORT)
    assert (table.rows, [one.code for one in table.warnings]) == ((), ["report.empty"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": ["bill.status"]},
        {"by": [{"role": "date", "bucket": "month"}]},
        {"by": ["bill.status", "bill.customer_id", {"role": "date", "bucket": "month_of_year"}]},
        {"measures": ["bill.net", "bill.count"]},
        {"measures": ["lead.valid_rate"], "by": [{"role": "date", "bucket": "month_of_year"}]},
    ],
)
def test_what_has_no_season_is_refused(clinic: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**REPORT, **wrong})
    assert [one.code for one in refused.value.problems] == ["report.needs_months"]


def test_behind_a_seasons_index_stand_the_records_of_all_such_months(clinic: House) -> None:
    for year in (2023, 2024, 2025):
        for month in range(3, 13):
            paid(clinic, "100" if month != 5 else "300", date(year, month, 6))
    bound = bound_report(REPORT, data_of(clinic.clinic), NOW, ZONE)
    kind, dims = KINDS.get("season"), {"bill.status": "paid", "month": 5}
    assert kind.behind(bound, desk_of(clinic), dims, "index").count == 3
    why = explained(desk_of(clinic), bound, dims, kind.meant(bound, dims, "index"))
    assert why["rows"] == 3
    assert "900" in why["value"]
