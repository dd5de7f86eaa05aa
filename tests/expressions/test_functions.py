"""Every function says what it does in both languages, and its example is true."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions import FUNCTIONS, Function
from engine.expressions.batch import answer

CHART = {
    "teeth": {
        "36": {"status": "present", "surfaces": {"O": ["caries"]}, "plan": ["filling"]},
        "11": {"status": "missing"},
    }
}
LINE = {
    "now": "2026-03-05T06:30:00Z",
    "actor": {"id": "u1", "branch_id": "b1", "dept": "front", "roles": ["consultant"]},
    "values": {
        **dict.fromkeys(("a", "owner_id", "created_by", "branch_id", "id", "created_at", "stage")),
        "chart": CHART,
        "points": [{"point": "ST36", "side": "LR"}, {"point": "CV4"}],
        "injections": {"points": [{"product": "p1", "amount": 4}, {"product": "p1", "amount": 2}]},
        "form": {"name": None},
    },
    "types": {"points": "json"},
}
ALL = list(FUNCTIONS)


def plain(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize("function", ALL, ids=lambda one: one.name)
def test_the_example_gives_the_result_it_claims(function: Function) -> None:
    got = answer(json.dumps({"formula": function.example, **LINE}), "python")
    wanted = function.result
    if isinstance(wanted, str) and isinstance(got.get("value"), int | float):
        wanted = Decimal(wanted)
    assert plain(got.get("value")) == plain(wanted), got


@pytest.mark.parametrize("function", ALL, ids=lambda one: one.name)
def test_it_speaks_both_languages(function: Function) -> None:
    assert function.alias
    assert function.zh
    assert function.en.endswith(".")
    assert function.parameters or function.signature.startswith("->")


def test_aliases_are_unique_and_no_name() -> None:
    aliases = [one.alias.upper() for one in ALL]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & {one.name for one in ALL}


def test_there_are_as_many_as_promised() -> None:
    assert len(ALL) >= 192
    assert sum(1 for one in ALL if one.is_sql) >= 120
