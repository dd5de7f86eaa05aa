"""Credit by first touch, last touch and equal parts: against a plain count, and each to the fen of the same total."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.problems import Rejected
from report_engine.explaining import explained
from tests.reports.clinic import House, cells, house

START = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK = timedelta(hours=8)
MODELS = ("first", "last", "linear")


@pytest.fixture(params=range(3))
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def touched(connection: Connection, chance: random.Random) -> House:
    """Leads with amounts to the fen, and touches before, on and after what they are credited up to."""
    clinic = house(connection)
    channels = [clinic.add("channel", name=f"ch{n}", kind=chance.choice(["on", "off"])) for n in range(4)]
    for _ in range(25):
        born = START + timedelta(hours=chance.randint(0, 60 * 24))
        lead = clinic.add(
            "lead", channel_id=chance.choice([*channels, None]), stage=chance.choice(["new", "won"]), created_at=born,
            branch_id=chance.choice(["b1", "b2"]), at=chance.choice([None, born + timedelta(hours=chance.randint(0, 500))]),
            worth=chance.choice([None, Decimal(chance.randint(-500, 99_999)) / 100]), score=chance.randint(-3, 9),
        )  # fmt: skip
        for _ in range(chance.randint(0, 4)):
            clinic.add(
                "touch", lead_id=lead, channel_id=chance.choice([*channels, None]),
                happened=born + timedelta(hours=chance.choice([-5, 0, *range(20, 400, 40)])),
            )  # fmt: skip
    return clinic


def measure(model: str, of: str = "worth", **more: Any) -> dict[str, Any]:
    way = {"model": model, "touches": "touch", "by": "lead_id", "to": ["channel"], "until": "at"}
    return {"key": model, "form": "lead", "aggregate": "sum", "of": of, "attribute": way, **more}


def counted(clinic: House, model: str, key: str, group: Any) -> dict[Any, Decimal | None]:
    """Return what each group is credited with, counted unit by unit."""
    found: dict[Any, list[int | None]] = defaultdict(list)
    for lead in clinic.records["lead"]:
        later = [
            one
            for one in clinic.records.get("touch", [])
            if one["lead_id"] == lead["id"] and one["happened"] >= lead["created_at"] and (lead["at"] is None or one["happened"] <= lead["at"])
        ]  # fmt: skip
        way = [
            lead["channel_id"],
            *(one["channel_id"] for one in sorted(later, key=lambda one: (one["happened"], one["id"]))),
        ]
        units = None if lead[key] is None else int(lead[key] * (100 if key == "worth" else 1))
        if model != "linear":
            found[group(lead, way[0 if model == "first" else -1])].append(units)
            continue
        parts = [0] * len(way)
        for at in range(abs(units or 0)):
            parts[at % len(way)] += 1 if (units or 0) > 0 else -1
        for channel, part in zip(way, parts, strict=True):
            found[group(lead, channel)].append(None if units is None else part)
    made: dict[Any, Decimal | None] = {}
    for name, parts_ in found.items():
        known = [one for one in parts_ if one is not None]
        made[name] = Decimal(sum(known)) / (100 if key == "worth" else 1) if known else None
    return made


@pytest.mark.parametrize("model", MODELS)
def test_each_channel_gets_what_a_plain_count_gives_it(touched: House, model: str) -> None:
    for key in ("worth", "score"):
        table = touched.ask({"measures": [measure(model, key)], "by": ["channel"]})
        assert cells(table) == counted(touched, model, key, lambda _, channel: channel)


@pytest.mark.parametrize("model", MODELS)
def test_what_is_no_touch_s_stays_the_record_s(touched: House, model: str) -> None:
    table = touched.ask({"measures": [measure(model)], "by": ["channel", "branch"]})
    expected = counted(touched, model, "worth", lambda lead, channel: (channel, lead["branch_id"]))
    assert cells(table) == expected


@pytest.mark.parametrize("model", MODELS)
def test_a_period_is_that_of_the_record_whenever_its_touches_were(touched: House, model: str) -> None:
    start, end = datetime(2026, 1, 10, tzinfo=UTC) - CLOCK, datetime(2026, 2, 11, tzinfo=UTC) - CLOCK
    inside = [one for one in touched.records["lead"] if start <= one["created_at"] < end]
    some = House(touched.clinic, touched.policy, {**touched.records, "lead": inside})
    period = {"from": "2026-01-10", "to": "2026-02-10"}
    table = touched.ask({"measures": [measure(model)], "by": ["channel"], "period": period})
    assert cells(table) == counted(some, model, "worth", lambda _, channel: channel)


def test_every_model_adds_up_to_the_same_total_to_the_fen(touched: House) -> None:
    table = touched.ask({"measures": [measure(model) for model in MODELS], "by": ["channel"], "totals": True})
    whole = sum((one["worth"] for one in touched.records["lead"] if one["worth"] is not None), Decimal(0))
    ((*_, first, last, linear),) = table.totals[0].rows
    assert first == last == linear == whole
    for at in (1, 2, 3):
        assert sum((row[at] for row in table.rows if row[at] is not None), Decimal(0)) == whole


@pytest.mark.parametrize("model", MODELS)
def test_a_filter_on_the_channel_keeps_the_bar_of_that_channel(touched: House, model: str) -> None:
    bars = cells(touched.ask({"measures": [measure(model)], "by": ["channel"]}))
    for channel, value in bars.items():
        if channel is not None:
            alone = touched.ask({"measures": [measure(model)], "filter": f'{{channel}} = "{channel}"'})
            assert [row[0] for row in alone.rows] == [value]


@pytest.mark.parametrize("model", ["last", "linear"])
def test_behind_a_bar_are_the_records_credited_to_it(touched: House, model: str) -> None:
    report = {"measures": [measure(model)], "by": ["channel"]}
    for channel in cells(touched.ask(report)):
        expected: set[str] = set()
        for lead in touched.records["lead"]:
            one = House(touched.clinic, touched.policy, {**touched.records, "lead": [lead]})
            if channel in counted(one, model, "worth", lambda _, found: found):
                expected.add(lead["id"])
        found = touched.behind(report, {"channel": channel}, model)
        bound, desk = touched._bound(report, None), touched._desk(None)
        assert explained(desk, bound, {"channel": channel}, model)["rows"] == len(expected)
        assert (found.form, found.count, set(found.ids or ())) == ("lead", len(expected), expected)


def test_leads_may_be_counted_by_their_last_touch_but_not_in_parts(touched: House) -> None:
    last = {**measure("last"), "aggregate": "count", "of": ""}
    del last["of"]
    table = touched.ask({"measures": [last], "by": ["channel"]})
    assert sum(row[1] for row in table.rows) == len(touched.records["lead"])
    way = {**last["attribute"], "model": "linear"}
    with pytest.raises(Rejected) as refused:
        touched.ask({"measures": [{**last, "attribute": way}]})
    assert [one.code for one in refused.value.problems] == ["report.bad_credit"]


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"touches": "toch"}, "/measures/0/attribute/touches", "report.unknown_fact"),
        ({"by": "lead"}, "/measures/0/attribute/by", "report.unknown_field"),
        ({"until": "att"}, "/measures/0/attribute/until", "report.unknown_field"),
        ({"to": ["chanel"]}, "/measures/0/attribute/to/0", "report.unknown_field"),
    ],
)
def test_wrong_names_are_told_where_they_stand(
    clinic: House, change: dict[str, Any], path: str, code: str
) -> None:
    given_ = measure("last")
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [{**given_, "attribute": {**given_["attribute"], **change}}]})
    assert (refused.value.problems[0].path, refused.value.problems[0].code) == (path, code)


def test_a_condition_over_touch_and_record_at_once_is_refused(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [measure("last")], "filter": 'OR({channel} = "a", {lead.stage} = "won")'})
    assert [one.code for one in refused.value.problems] == ["report.bad_credit"]
