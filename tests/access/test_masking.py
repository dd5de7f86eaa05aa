"""What masks show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.access.levels import FieldLevel, Level
from engine.access.masking import mask

LEVEL = st.sampled_from(Level)


@pytest.mark.parametrize(
    ("value", "mask_class", "shown"),
    [
        ("13812345678", "phone", "138****5678"),
        ("+86 138-1234-5678", "phone", "138****5678"),
        ("010-87654321", "phone", "010****4321"),
        ("8765432", "phone", "****5432"),
        ("12306", "phone", "****"),
        ("110101199001011234", "id", "110***********1234"),
        ("12345", "id", "****"),
        ("张三丰", "name", "张*"),
        ("张", "name", "****"),
        ("120.00", "cost", "****"),
        ({"tooth": 11}, "med", "****"),
        ("anything", None, "****"),
        (None, "phone", None),
        ("", "phone", None),
    ],
)
def test_masks(value: object, mask_class: str | None, shown: str | None) -> None:
    assert mask(value, mask_class) == shown


@given(st.text(min_size=1), st.sampled_from(["phone", "id", "med", "cost", "photo", "name", None]))
def test_a_mask_never_shows_the_value(value: str, mask_class: str | None) -> None:
    assert mask(value, mask_class) != value or value == "****"


@given(LEVEL, LEVEL, LEVEL)
def test_levels_form_a_lattice(a: Level, b: Level, c: Level) -> None:
    one, other, third = FieldLevel(a), FieldLevel(b), FieldLevel(c)
    assert one.union(other).floor == max(a, b)
    assert one.meet(other).floor == min(a, b)
    assert one.meet(other.union(third)) == one.meet(other).union(one.meet(third))
