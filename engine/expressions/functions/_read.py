"""How bodies read their arguments."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from engine.expressions.problems import BAD_VALUE, TOO_LARGE, Failure

MOST_TEXT = 65_536
MOST_ITEMS = 10_000


def flat(values: Iterable[Any]) -> Iterator[Any]:
    """Yield single values and the items of lists, blanks too."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from value
        else:
            yield value


def filled(values: Iterable[Any]) -> list[Any]:
    """Return what is not blank, lists flattened."""
    return [one for one in flat(values) if one is not None and one != ""]


def numbers(values: Iterable[Any]) -> list[Any]:
    """Return the numbers among the values, lists flattened, blanks left out."""
    return [one for one in flat(values) if one is not None]


def count_of(value: Any, least: int = 0, most: int = MOST_TEXT) -> int:
    """Return a count or position cut to a whole number; out of bounds it is an error value."""
    whole = int(value)
    if not least <= whole:
        raise Failure(BAD_VALUE)
    return min(whole, most)


def sized(text: str) -> str:
    """Return the text unless it is too long."""
    if len(text) > MOST_TEXT:
        raise Failure(TOO_LARGE)
    return text


def decimal(value: Any) -> Decimal:
    """Return a number as Decimal."""
    return value if isinstance(value, Decimal) else Decimal(value)
