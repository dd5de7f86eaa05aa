"""No formula can hang or crash a request."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import ErrorValue, evaluate, parse, to_tree
from engine.expressions.types import NUMBER, TEXT, list_of
from engine.problems import Rejected
from tests.expressions.makers import Record, checked, problems, worked_out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1+" * 5_000_000 + "1", "formula.too_long"),
        ("(" * 200 + "1" + ")" * 200, "formula.too_deep"),
        ("-" * 400 + "1", "formula.too_deep"),
        ("NOT " * 400 + "TRUE", "formula.too_deep"),
        ("1" + "%" * 400, "formula.too_deep"),
        ("IF(TRUE," * 60 + "1" + ")" * 60, "formula.too_deep"),
        ("+".join("1" * 400), "formula.too_many_tokens"),
        ("1" * 4000, "formula.bad_number"),
    ],
)
def test_hostile_text_is_refused_at_once(text: str, code: str) -> None:
    start = time.perf_counter()
    assert [one.code for one in problems(text)] == [code]
    assert time.perf_counter() - start < 0.5


def test_the_longest_chain_allowed_works() -> None:
    text = "+".join("1" * 250)
    assert worked_out(text) == 250
    assert to_tree(checked(text))["v"] == "+"


def test_nested_lists_end_in_an_error_value() -> None:
    many = tuple(range(100))
    text = "COUNTROWS(MAP({l}, SUM(MAP({l}, SUM(MAP({l}, {row}))))))"
    assert worked_out(text, {"l": list_of(NUMBER)}, l=many) == ErrorValue("formula.too_costly")


@pytest.mark.parametrize(
    "text",
    [
        'REPT("abcdefgh", 100000000)',
        'SUBSTITUTE(REPT("a", 60000), "a", REPT("b", 60000))',
        'REPT("a", 60000) & REPT("a", 60000)',
        "10^999^2",
        "9^999 * 9^999",
        "EXP(5000)",
    ],
)
def test_results_too_large_are_error_values(text: str) -> None:
    start = time.perf_counter()
    assert worked_out(text) == ErrorValue("formula.too_large")
    assert time.perf_counter() - start < 0.5


def test_a_pattern_that_hangs_others_does_not_hang_us() -> None:
    start = time.perf_counter()
    assert worked_out('REGEXMATCH({t}, "(a+)+$")', {"t": TEXT}, t="a" * 50_000 + "b") is False
    assert time.perf_counter() - start < 1


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='0123456789.+-*/^&%=<>(),"{}abSUMIF张“”（） \n', max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        parse(text)
    except Rejected as rejected:
        for problem in rejected.problems:
            assert problem.code.startswith("formula.")
            assert 0 <= problem.params["offset"] <= len(text)
            assert problem.message("zh")
            assert "{" not in problem.code


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_no_numbers_make_it_raise(a: object, b: object) -> None:
    formula = checked("IF({a} > {b}, {a} * {b} + ROUND({a}, 2), {a} / {b} - {b} ^ 2)", a=NUMBER, b=NUMBER)
    evaluate(formula, Record(a=a, b=b))
