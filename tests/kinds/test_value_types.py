"""The contract of every value type and every function: words, blanks, what comes in goes out again."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import FUNCTIONS, Function
from engine.problems import Problem, Rejected
from engine.value_type import VALUE_TYPES, ValueType
from tests.kinds import making

OPTIONS = {"options": [{"key": "a", "label": {"zh": "甲"}}, {"key": "b", "label": {"zh": "乙"}}]}
CONFIGS: dict[str, dict[str, Any]] = {
    "decimal": {"scale": 2},
    "choice": OPTIONS,
    "choices": OPTIONS,
    "reference": {"to": "customer"},
    "references": {"to": "customer"},
}
HAN = re.compile(r"[\u4e00-\u9fff]")
TYPES = list(VALUE_TYPES)
FOUND = list(FUNCTIONS)

instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
samples: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=30),
    "integer": st.integers(-(10**12), 10**12),
    "decimal": st.decimals(-(10**9), 10**9, places=2).map(str),
    "money": st.decimals(-(10**9), 10**9, places=2).map(str),
    "boolean": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(str),
    "datetime": instants.map(datetime.isoformat),
    "time": st.times().map(lambda at: time(at.hour, at.minute).isoformat("minutes")),
    "choice": st.sampled_from(["a", "b"]),
    "choices": st.lists(st.sampled_from(["a", "b"]), unique=True),
    "geo": st.fixed_dictionaries({"lng": st.floats(-180, 180), "lat": st.floats(-90, 90)}),
}


def parsed(kind: ValueType, raw: Any) -> tuple[Any, tuple[Problem, ...]]:
    try:
        return kind.parse(raw, CONFIGS.get(kind.kind, {}), "/it"), ()
    except Rejected as wrong:
        return None, wrong.problems


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.kind)
def test_a_value_type_speaks_both_languages(kind: ValueType) -> None:
    assert HAN.search(kind.zh)
    assert kind.en
    assert not HAN.search(kind.en)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.kind)
def test_nothing_and_an_empty_text_are_blank(kind: ValueType) -> None:
    assert parsed(kind, None) == (None, ())
    assert parsed(kind, "") == (None, ())


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.kind)
@settings(max_examples=60, deadline=None)
@given(raw=making.json_values)
def test_whatever_comes_is_read_or_refused_in_words_at_its_place(kind: ValueType, raw: Any) -> None:
    value, problems = parsed(kind, raw)
    assert value is None or not problems
    assert all(
        problem.path.startswith("/it") and problem.message("zh") and problem.message("en")
        for problem in problems
    )


@pytest.mark.parametrize("name", sorted(samples))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_goes_out_comes_in_again_as_the_same(name: str, data: st.DataObject) -> None:
    kind, config = VALUE_TYPES.get(name), CONFIGS.get(name, {})
    value, problems = parsed(kind, data.draw(samples[name]))
    if problems or value is None:
        return
    assert kind.parse(kind.to_json(value, config), config, "") == value
    if not isinstance(value, str) or value == value.strip():
        assert kind.from_text(kind.to_text(value, config), config, "") == value


def test_money_is_exact_to_the_fen() -> None:
    assert VALUE_TYPES.get("money").parse("0.1", {}, "") + VALUE_TYPES.get("money").parse(
        "0.2", {}, ""
    ) == Decimal("0.30")


@pytest.mark.parametrize("function", FOUND, ids=lambda function: function.name)
def test_a_function_speaks_both_languages_and_shows_an_example(function: Function) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]*", function.name)
    assert HAN.search(function.zh)
    assert function.en
    assert not HAN.search(function.en)
    assert function.name in function.example


def test_no_two_functions_share_a_name_or_an_alias() -> None:
    names = [function.name for function in FOUND] + [function.alias for function in FOUND if function.alias]
    assert len(names) == len(set(names))
