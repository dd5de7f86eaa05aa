"""Conditions asked together say what each says alone."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.expressions import Checked, Conditions, holds
from engine.expressions.types import ExprType
from tests.expressions.makers import Record, checked

NUMBER, TEXT = ExprType("number"), ExprType("text")
TEXTS = (
    "{a} > {b}",
    "{a} / {b} > 1",
    "{a} + {b} = 0",
    "{a}",
    "ISBLANK({a})",
    '{t} = "x"',
    "VALUE({t}) > 0",
    "NOT({a} > {b})",
)
CONDITIONS = tuple(checked(text, a=NUMBER, b=NUMBER, t=TEXT) for text in TEXTS)
numbers = st.none() | st.decimals(-1000, 1000, places=2)
texts = st.none() | st.sampled_from(["", "x", "1", "-1", "1e99999"])


@given(st.lists(st.sampled_from(CONDITIONS)), numbers, numbers, texts)
def test_together_they_say_what_each_says_alone(
    conditions: list[Checked], a: Decimal | None, b: Decimal | None, t: str | None
):
    facts = Record(a=a, b=b, t=t)
    assert Conditions(conditions).held(facts) == [holds(one, facts) for one in conditions]


def test_a_failed_operation_is_not_true_and_stops_no_other():
    facts = Record(a=Decimal(1), b=Decimal(0), t=None)
    assert Conditions(CONDITIONS[:2]).held(facts) == [True, False]
    assert Conditions(()).held(facts) == []
