"""Calculated dimensions: groups worked out of each record by a formula, counted a second time in plain Python."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.access.actor import Actor
from engine.problems import Rejected
from report_engine.explaining import explained
from tests.reports.clinic import House, cells, house
from tests.reports.oracle import local_day

BIG = Decimal(300)
SIZE = {
    "key": "size",
    "name": {"zh": "金额档", "en": "Size"},
    "formula": 'IF(ISBLANK({worth}), NULL, IF({worth} > 300, "大额", "小额"))',
}


def size_of(lead: dict[str, Any]) -> str | None:
    return None if lead.get("worth") is None else "大额" if lead["worth"] > BIG else "小额"


@pytest.fixture
def leads(clinic: House) -> House:
    random = Random(20)
    channels = [clinic.add("channel", name=name, kind=kind) for name, kind in (("甲", "web"), ("乙", "shop"))]
    for at in range(90):
        customer = clinic.add("customer", name=f"客 {at}", born=date(1980 + at % 30, 1 + at % 12, 3))
        when = datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=random.randrange(2900))
        clinic.add(
            "lead",
            name=f"线索 {at}",
            channel_id=random.choice([*channels, None]),
            customer_id=random.choice([customer, customer, None]),
            stage=random.choice(["new", "invited", "won", "lost", None]),
            score=random.choice([None, *range(1, 9)]),
            worth=random.choice([None, Decimal(random.randrange(0, 60_000)) / 100]),
            tags=random.sample(["vip", "night", "old"], random.randrange(3)),
            is_valid=random.choice([True, False]),
            at=when,
            created_at=when,
        )
        if at % 3 == 0:
            lead = clinic.records["lead"][-1]
            clinic.add(
                "bill", customer_id=customer, lead_id=lead["id"], paid=Decimal(at * 10), on=local_day(when), status="ok",
                items=[{"kind": "a", "qty": at % 5, "price": Decimal(at)}, {"kind": "b", "qty": 1, "price": Decimal(7)}],
            )  # fmt: skip
    return clinic


def of(leads: House) -> list[dict[str, Any]]:
    return leads.records["lead"]


def test_records_are_grouped_by_what_a_formula_makes_of_them(leads: House) -> None:
    wanted: dict[Any, list[Any]] = defaultdict(lambda: [0, None])
    for one in of(leads):
        found = wanted[size_of(one)]
        found[0] += 1
        if one["worth"] is not None:
            found[1] = (found[1] or 0) + one["worth"]
    table = leads.ask({"measures": ["lead.count", "lead.worth.sum"], "by": [SIZE], "totals": True})
    assert cells(table) == {key: tuple(found) for key, found in wanted.items()}
    assert table.columns[0].name == {"zh": "金额档", "en": "Size"}
    assert table.totals[0].rows[0][1] == len(of(leads))


def test_beside_a_plain_dimension_and_through_links(leads: House) -> None:
    kinds = {one["id"]: one["kind"] for one in leads.records["channel"]}
    born = {one["id"]: one["born"] for one in leads.records["customer"]}
    web = {
        "key": "web",
        "formula": 'IF({lead.channel_id.kind} = "web", "线上", IF(ISBLANK({channel}), "无", "线下"))',
    }
    year = {
        "key": "decade",
        "formula": "IF(ISBLANK({customer_id}), NULL, FLOOR(YEAR({customer_id.born}) / 10) * 10)",
    }
    wanted = Counter(
        (
            "无" if one["channel_id"] is None else "线上" if kinds[one["channel_id"]] == "web" else "线下",
            None if one["customer_id"] is None else born[one["customer_id"]].year // 10 * 10,
            one["stage"],
        )
        for one in of(leads)
    )
    found = cells(leads.ask({"measures": ["lead.count"], "by": [web, year, "stage"]}))
    assert found == wanted


def test_yes_and_no_and_the_options_of_a_choice_keep_their_words(leads: House) -> None:
    rich = {"key": "rich", "formula": "{worth} > 300"}
    told = {"key": "told", "formula": 'IF({is_valid}, {stage}, "lost")'}
    table = leads.ask({"measures": ["lead.count"], "by": [told, rich]})
    wanted = Counter(
        (one["stage"] if one["is_valid"] else "lost", one["worth"] is not None and one["worth"] > 300)
        for one in of(leads)
    )
    assert cells(table) == wanted
    assert table.columns[0].labels["won"] == {"zh": "won", "en": "won"}
    stages = [row[0] for row in table.rows if row[1] is True]
    assert stages == [one for one in ("new", "invited", "won", "lost", None) if one in stages]


def test_numbers_worked_out_have_bands_and_the_largest_have_places_of_their_own(leads: House) -> None:
    bands = {"key": "b", "formula": "{score} * 2 + 1", "bins": {"width": 5}}
    # In formulas a blank number counts as nought.
    wanted = Counter(((one["score"] or 0) * 2 + 1) // 5 for one in of(leads))
    assert cells(leads.ask({"measures": ["lead.count"], "by": [bands]})) == wanted
    edges = {"key": "b", "formula": "{score} * 2 + 1", "bins": {"edges": [5, 9]}}
    wanted = Counter(
        -1 if n * 2 + 1 < 5 else 0 if n * 2 + 1 < 9 else 1 for n in (one["score"] or 0 for one in of(leads))
    )
    assert cells(leads.ask({"measures": ["lead.count"], "by": [edges]})) == wanted
    quarters = {
        "key": "b", "formula": "IF(ISBLANK({score}), NULL, {score} * 2)", "bins": {"quantiles": 2},
    }  # fmt: skip
    plain = {"key": "b", "field": "score", "bins": {"quantiles": 2}}
    halves = [cells(leads.ask({"measures": ["lead.count"], "by": [one]})) for one in (quarters, plain)]
    assert halves[0] == halves[1]
    top = {"key": "t", "formula": 'IFBLANK({stage}, "none") & "!"', "top": 2, "top_by": "lead.count"}
    counts = Counter(f"{one['stage'] or 'none'}!" for one in of(leads))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = cells(leads.ask({"measures": ["lead.count"], "by": [top]}))
    assert rows == {**dict(ranked[:2]), "(other)": sum(n for _, n in ranked[2:])}


def test_days_worked_out_have_buckets(leads: House) -> None:
    due = {"key": "due", "formula": 'DATEADD({at}, 10, "day")', "bucket": "month"}
    wanted = Counter(local_day(one["at"] + timedelta(days=10)).replace(day=1) for one in of(leads))
    found = cells(leads.ask({"measures": ["lead.count"], "by": [{**due, "fill": False}]}))
    assert found == wanted
    weekday = {"key": "due", "formula": 'DATEADD({at__d}, 10, "day")', "bucket": "weekday"}
    days = Counter((local_day(one["at"]) + timedelta(days=10)).isoweekday() for one in of(leads))
    assert cells(leads.ask({"measures": ["lead.count"], "by": [weekday]})) == days


def test_several_facts_meet_on_a_formula_over_what_they_share(leads: House) -> None:
    kinds = {one["id"]: one["kind"] for one in leads.records["channel"]}
    kind_of = {one["id"]: kinds.get(one["channel_id"]) for one in of(leads)}
    shared = {"key": "way", "formula": 'IF({channel.kind} = "web", "线上", "其他")'}
    for one in leads.records["channel"]:
        leads.add("spend", channel_id=one["id"], amount=Decimal(5), on=date(2026, 1, 2))
    table = leads.ask({"measures": ["lead.count", "spend.amount.sum"], "by": [shared]})
    counts = Counter("线上" if kind_of[one["id"]] == "web" else "其他" for one in of(leads))
    assert cells(table) == {key: (counts[key], Decimal(5)) for key in ("线上", "其他")}
    with pytest.raises(Rejected) as refused:
        leads.ask({"measures": ["lead.count", "spend.amount.sum"], "by": [SIZE]})
    assert {one.path for one in refused.value.problems} == {"/by/0/formula"}


def test_last_months_groups_stand_beside_this_months(leads: House) -> None:
    report = {
        "form": "lead",
        "measures": ["lead.count"],
        "by": [SIZE],
        "period": "this month",
        "compare": ["previous_month"],
    }
    month = lambda one: local_day(one["created_at"])  # noqa: E731 - said twice below
    now = Counter(size_of(one) for one in of(leads) if month(one) >= date(2026, 3, 1))
    then = Counter(size_of(one) for one in of(leads) if date(2026, 2, 1) <= month(one) < date(2026, 2, 6))
    found = cells(leads.ask(report))
    assert {key: row[:2] for key, row in found.items()} == {
        key: (now[key], then[key]) for key in {*now, *then}
    }


def test_a_bar_opens_the_records_that_the_formula_puts_there(leads: House) -> None:
    for by in (SIZE, {"key": "n", "formula": "{score} * 2"}, {"key": "v", "formula": "{worth} > 300"}, {"key": "o", "formula": "{is_valid}"},
               {"key": "b", "formula": "{score} + 0", "bins": {"quantiles": 3}},
               {"key": "d", "formula": "DATEADD({at}, 1, \"day\")", "bucket": "week"},
               {"key": "t", "formula": 'IFBLANK({stage}, "–")', "top": 2}):  # fmt: skip
        report = {"measures": ["lead.count"], "by": [by]}
        for key, count in cells(leads.ask(report)).items():
            if count:
                assert leads.behind(report, {by["key"]: key}).count == count, (by["key"], key)


def test_rows_of_a_sub_table_are_grouped_by_a_formula_too(leads: House) -> None:
    many = {"key": "many", "formula": 'IF({qty} > 2, "多", "少") & {kind}'}
    report = {"form": "bill.items", "measures": ["bill.items.count"], "by": [many]}
    rows = [row for bill in leads.records["bill"] for row in bill["items"]]
    wanted = Counter(("多" if row["qty"] > 2 else "少") + row["kind"] for row in rows)
    assert cells(leads.ask(report)) == wanted
    assert leads.behind(report, {"many": "少b"}).count == wanted["少b"]


def test_an_explanation_says_what_the_groups_are(leads: House) -> None:
    report = {"measures": ["lead.count"], "by": [SIZE]}
    told = explained(leads._desk(None), leads._bound(report, None), {"size": "大额"}, None, is_short=True)
    assert told["filters"] == [{"zh": "“金额档” 为 大额", "en": "“Size” is 大额"}]
    assert [one["name"]["zh"] for one in told["dimensions"]] == ["金额档"]
    assert "300" in told["dimensions"][0]["formula"]["zh"]


@pytest.mark.parametrize(
    ("by", "code", "path"),
    [
        ({"key": "a", "formula": "{scor} + 1"}, "report.unknown_field", "/by/0/formula"),
        ({"key": "a", "formula": "{score} +"}, "expr.syntax", "/by/0/formula"),
        ({"key": "a", "formula": "{tags}"}, "report.bad_result", "/by/0/formula"),
        ({"key": "a", "formula": "{score} + 1", "field": "score"}, "report.formula_alone", "/by/0/field"),
        ({"key": "a", "formula": "{name}", "bins": {"width": 1}}, "report.bad_bins", "/by/0/bins"),
        ({"key": "a", "formula": "{name}", "bucket": "month"}, "report.bad_grain", "/by/0/bucket"),
        ({"key": "a", "formula": "{score} * 2", "top": 2}, "report.no_top", "/by/0/top"),
        ({"field": "lead.worth", "top": 2}, "report.no_top", "/by/0/top"),
        ({"field": "lead.is_valid", "top": 1}, "report.no_top", "/by/0/top"),
    ],
)
def test_what_is_no_group_is_told(leads: House, by: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(Rejected) as refused:
        leads.ask({"measures": ["lead.count"], "by": [by]})
    assert [one.path for one in refused.value.problems] == [path]
    if code != "expr.syntax":
        assert refused.value.problems[0].code == code


def test_a_formula_is_no_way_around_what_one_may_not_see(connection: Connection) -> None:
    clinic = house(
        connection,
        nurse={"grants": {"lead": {"view": "all", "fields": {"*": "read", "worth": "none"}}, "customer": {"view": "all", "fields": {"*": "read"}}}},
    )  # fmt: skip
    clinic.add(
        "lead", name="甲", worth=Decimal(9), customer_id=clinic.add("customer", name="客", secret=Decimal(8))
    )
    nurse = Actor("w", "n", "n", "n", frozenset({"nurse"}), branch_id="b1", branches=("b1",))
    for formula in (
        "{worth} > 300",
        "{customer_id.secret} > 3",
        'IF(ISBLANK({name}), "a", IF({worth} > 1, "b", "c"))',
    ):
        with pytest.raises(Rejected):
            clinic.ask({"measures": ["lead.count"], "by": [{"key": "x", "formula": formula}]}, nurse)
    assert cells(
        clinic.ask({"measures": ["lead.count"], "by": [{"key": "x", "formula": "LEN({name})"}]}, nurse)
    ) == {1: 1}


@pytest.mark.parametrize("how", ["sum", "avg", "min", "max", "median", "p90", "first", "last"])
@pytest.mark.parametrize("value", ['IF({is_valid}, "a", "b")', "{is_valid}", "{stage}"])
def test_words_are_not_added_up(leads: House, value: str, how: str) -> None:
    measure = {"key": "x", "form": "lead", "value": value, "aggregate": how}
    with pytest.raises(Rejected) as refused:
        leads.ask({"measures": [measure]})
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("report.bad_aggregate", "/measures/0")
    ]
    assert leads.ask({"measures": [{**measure, "aggregate": "count_distinct"}]}).rows[0][0] >= 2


def test_the_first_of_days_worked_out_is_a_day(leads: House) -> None:
    measure = {"key": "x", "form": "lead", "value": 'DATEADD({at}, 1, "day")', "aggregate": "min"}
    table = leads.ask({"measures": [measure]})
    assert table.rows == ((min(one["at"] for one in of(leads)) + timedelta(days=1),),)
    assert table.columns[0].format == "datetime"


def test_a_touch_puts_a_lead_into_the_group_of_its_own_channel(leads: House) -> None:
    kinds = {one["id"]: one["kind"] for one in leads.records["channel"]}
    web = {"key": "web", "formula": 'IF({channel_id.kind} = "web", "线上", "其他")'}
    last = {one["id"]: kinds.get(one["channel_id"]) for one in of(leads)}
    for at, one in enumerate(of(leads)[::4]):
        other = leads.records["channel"][at % 2]
        leads.add(
            "touch", lead_id=one["id"], channel_id=other["id"], happened=one["created_at"] + timedelta(days=3)
        )
        last[one["id"]] = other["kind"]
    measure = {
        "key": "won_by", "form": "lead", "aggregate": "count",
        "attribute": {"model": "last", "touches": "touch", "by": "lead_id", "to": ["channel"]},
    }  # fmt: skip
    report = {"form": "lead", "measures": [measure], "by": [web]}
    wanted = Counter("线上" if kind == "web" else "其他" for kind in last.values())
    assert cells(leads.ask(report)) == wanted
    assert {key: leads.behind(report, {"web": key}).count for key in wanted} == wanted
