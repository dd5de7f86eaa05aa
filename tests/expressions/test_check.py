"""All that is wrong with a formula is found at once, each at its place, with a hint."""

import pytest

from engine.expressions import check, dependency_order, parse
from engine.expressions.types import BOOL, DATE, NUMBER, OPTION, TEXT, list_of
from engine.problems import Rejected
from tests.expressions.makers import Scope, checked, problems


def test_every_problem_is_found_at_its_place() -> None:
    found = problems("{nam} + 1 & SUMM(2) & {name} * 2", name=TEXT)
    assert [(one.code, one.params["offset"]) for one in found] == [
        ("formula.unknown_field", 0),
        ("formula.unknown_function", 12),
        ("formula.wrong_type", 22),
    ]


def test_the_nearest_names_are_suggested() -> None:
    assert "amount" in problems("{amuont}", amount=NUMBER)[0].hint("en")
    assert "SUM" in problems("SUMM(1)")[0].hint("zh")


def test_line_and_column_are_told() -> None:
    found = problems("1 +\n  {x}")
    assert found[0].params["position"] == (2, 3)


def test_text_in_a_sum_is_refused_with_the_function_that_helps() -> None:
    found = problems("{t} + 1", t=TEXT)
    assert "VALUE" in found[0].hint("zh")


def test_a_condition_must_be_one() -> None:
    with pytest.raises(Rejected) as caught:
        check(parse("{d}"), Scope(d=DATE), expect=BOOL)
    assert caught.value.problems[0].code == "formula.wrong_type"


def test_types_come_out_right() -> None:
    assert checked("{a} & 1", a=NUMBER).type == TEXT
    assert checked("{d} - {d}", d=DATE).type == NUMBER
    assert checked('IF({a} > 1, {o}, "x")', a=NUMBER, o=OPTION).type.name in ("option", "text")
    assert checked("FILTER({l}, {row} > 1)", l=list_of(NUMBER)).type == list_of(NUMBER)


def test_fields_and_facts_are_known() -> None:
    formula = checked("SUM({items.x}) + {a}", items__x=list_of(NUMBER), a=NUMBER)
    assert formula.fields == {("items", "x"), ("a",)}
    assert formula.is_deterministic
    assert not checked("TODAY()").is_deterministic
    assert formula.is_sql
    assert not checked('PINYIN("a")').is_sql


def test_formulas_are_ordered_by_what_they_need() -> None:
    fields = dict.fromkeys("abc", NUMBER)
    order = dependency_order(
        {k: checked(t, **fields) for k, t in {"a": "{b}+{c}", "b": "{c}+1", "c": "1"}.items()}
    )
    assert order == ["c", "b", "a"]


def test_a_circle_is_refused_with_its_way() -> None:
    fields = dict.fromkeys("abc", NUMBER)
    formulas = {k: checked(t, **fields) for k, t in {"a": "{b}", "b": "{c}", "c": "{a}"}.items()}
    with pytest.raises(Rejected) as caught:
        dependency_order(formulas)
    assert caught.value.problems[0].params["way"] == "a → b → c → a"
