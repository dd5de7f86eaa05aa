"""The static types of formulas."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ExprType:
    """A formula type. `item` is set for lists, `form` for records (the form's key).

    Names: number, text, bool, date, datetime, time, duration, option, record, list, range, json, blank, any.
    """

    name: str
    item: "ExprType | None" = None
    form: str | None = None

    def __str__(self) -> str:
        if self.item is not None:
            return f"list of {self.item}"
        return f"record of {self.form}" if self.form else self.name


NUMBER = ExprType("number")
TEXT = ExprType("text")
BOOL = ExprType("bool")
DATE = ExprType("date")
DATETIME = ExprType("datetime")
TIME = ExprType("time")
DURATION = ExprType("duration")
OPTION = ExprType("option")
RANGE = ExprType("range")
JSON = ExprType("json")
BLANK = ExprType("blank")
ANY = ExprType("any")


def list_of(item: ExprType) -> ExprType:
    """Return the type of a list of `item`."""
    return ExprType("list", item)


def record_of(form: str) -> ExprType:
    """Return the type of a record of `form`."""
    return ExprType("record", form=form)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """A stretch of days or of instants, both ends belonging to it. Either end may be open (None)."""

    start: Any
    end: Any
