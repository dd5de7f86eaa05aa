"""The arithmetic of formulas: 34 significant digits, half away from zero, the same on every back end.

A number of magnitude 1 or more keeps 34 significant digits, a smaller one 33 decimals (that is what `Emin=0`
means), so that PostgreSQL can say the same by one `round`. Roots, powers and logarithms keep 15 digits.
"""

from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)

DIGITS = 34
EXACT = Context(
    prec=DIGITS, rounding=ROUND_HALF_UP, Emin=0, Emax=999, traps=[DivisionByZero, InvalidOperation, Overflow]
)
WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_FIFTEEN = Context(prec=15, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)
ONE = Decimal(1)


class exact:  # noqa: N801  # used like a function
    """Run with the arithmetic of formulas. Saves `evaluate` a switch when many formulas run in a row."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = getcontext()
        if self._before is not EXACT:
            setcontext(EXACT)

    def __exit__(self, *_error: object) -> None:
        if self._before is not EXACT:
            setcontext(self._before)


def fifteen(number: Decimal) -> Decimal:
    """Return `number` rounded to 15 significant digits, as Excel shows it."""
    return EXACT.plus(_FIFTEEN.plus(number))


def plain(number: Decimal | int) -> str:
    """Return the digits of `number` without exponent and without zeros at the end: 1.50 gives "1.5"."""
    if isinstance(number, int):
        return str(int(number))
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def whole(number: Decimal | int) -> int:
    """Return `number` cut towards zero, as Excel reads counts and positions."""
    return int(number)
