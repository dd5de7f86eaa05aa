"""The first and the last value by date, against a plain look through the records."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.table import Cell
from tests.reports.clinic import House, cells


def by_hand(made: list[dict[str, Any]], how: str, field: str) -> Cell:
    known = sorted(
        (one["at"], one["id"], one[field]) for one in made if one["at"] is not None and one[field] is not None
    )
    if not known:
        return None
    found: Cell = known[0 if how == "first" else -1][2]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_each_group_has_the_value_of_its_first_and_last_record_by_date(clinic: House, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        moment = datetime(2026, 1, 1, 4, tzinfo=UTC) + timedelta(hours=chance.randint(0, 300))
        clinic.add(
            "lead", at=chance.choice([moment, moment, None]), stage=chance.choice(["new", "won", None]), score=chance.choice([None, *range(9)]),
            worth=chance.choice([None, Decimal(chance.randint(1, 999)).scaleb(-2)]), done_on=date(2026, 1, 1) + timedelta(days=chance.randint(0, 50)),
        )  # fmt: skip
    made = clinic.records["lead"]
    names = {f"{how}_{field}": {"key": f"{how}_{field}", "name": {"zh": field, "en": field}, "form": "lead", "aggregate": how, "of": field, "date": "at"}
             for how in ("first", "last") for field in ("score", "worth", "done_on")}  # fmt: skip
    told = cells(clinic.ask({"measures": list(names.values()), "by": ["lead.stage"]}))
    stages = {one["stage"] for one in made}
    wanted = {stage: [one for one in made if one["stage"] == stage] for stage in stages}
    assert told == {
        stage: tuple(by_hand(some, *name.split("_", 1)) for name in names) for stage, some in wanted.items()
    }
    [whole] = clinic.ask({"measures": list(names.values())}).rows
    assert whole == tuple(by_hand(made, *name.split("_", 1)) for name in names)


def test_a_filter_and_the_other_measures_of_a_question_keep_their_own_records(clinic: House) -> None:
    for at, (stage, score) in enumerate((("won", 3), ("lost", 5), ("won", 4), ("new", 9))):
        clinic.add("lead", created_at=datetime(2026, 2, 1 + at, 4, tzinfo=UTC), stage=stage, score=score)
    last = {
        "key": "won",
        "name": {"zh": "成", "en": "Won"},
        "form": "lead",
        "aggregate": "last",
        "of": "score",
        "filter": '{stage} = "won"',
    }
    table = clinic.ask({"measures": [last, "lead.count", "lead.score.last", "lead.score.first"]})
    assert table.rows == ((4, 4, 9, 3),)
    by_day = clinic.ask(
        {"measures": ["lead.score.last"], "by": [{"role": "date", "bucket": "month"}], "totals": True}
    )
    assert [row[1] for row in by_day.rows] == [9]
    assert by_day.totals[0].rows[0][1] == 9


def test_of_words_there_is_no_first_one(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [{"key": "n", "form": "lead", "aggregate": "first", "of": "name"}]})
    assert [one.code for one in refused.value.problems] == ["report.bad_aggregate"]
