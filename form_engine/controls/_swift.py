"""Reading values that are plainly right: one small function a field, made once for its settings.

Nearly every value of nearly every submission is. A swift reader gives the value as it is kept, having checked all that
parse, normalise and check would have; whatever is unusual it leaves to them, by `UNSURE`, and so every problem is still
worded in one place. A contract test holds each against the long way.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from form_engine.control import UNSURE, Swift
from form_engine.controls._limits import number
from form_engine.controls._settings import option_keys
from form_engine.controls._text import NOT_FOR_PEOPLE

Config = Mapping[str, Any]
_WHOLE_MOST = 2**53 - 1
_AMOUNT = re.compile(r"-?\d{1,11}(?:\.\d{1,2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNKEPT = re.compile(r"[\s\x00-\x1f\x7f-\xa0]")
"""Characters at which a text must be looked at closely: white space and what is not for people."""


def line(config: Config) -> Swift | None:
    """Return the reader of one line of text: squeezed, of the right length."""
    if config.get("pattern") or config.get("case"):
        return None
    least, most = max(1, config.get("min_length") or 0), config.get("max_length") or 0
    search = _UNKEPT.search

    def read(raw: Any) -> Any:
        if type(raw) is str and least <= len(raw) <= most and (search(raw) is None or _is_squeezed(raw)):
            return raw if raw.isascii() or _is_sound(raw) else UNSURE
        return UNSURE

    return read


def _is_squeezed(text: str) -> bool:
    return " ".join(text.split()) == text and NOT_FOR_PEOPLE.search(text) is None


def _is_sound(text: str) -> bool:
    """Tell whether text has no half characters, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def lines(config: Config) -> Swift | None:
    """Return the reader of text of which each line is as it is kept: no ends to trim, no other line ends."""
    least, most = max(1, config.get("min_length") or 0), config.get("max_length") or 0
    search = _UNKEPT.search

    def read(raw: Any) -> Any:
        if type(raw) is str and least <= len(raw) <= most and (search(raw) is None or _is_trimmed(raw)):
            return raw if raw.isascii() or _is_sound(raw) else UNSURE
        return UNSURE

    return read


def _is_trimmed(text: str) -> bool:
    if "\r" in text or NOT_FOR_PEOPLE.search(text) is not None:
        return False
    return "\n".join(one.rstrip() for one in text.split("\n")).strip("\n") == text


def option(config: Config) -> Swift | None:
    """Return the reader of one option's key."""
    keys = option_keys(config)
    if keys is None or config.get("other"):
        return None
    known = {key: key for key in keys if key}

    def read(raw: Any) -> Any:
        return known.get(raw, UNSURE) if type(raw) is str else UNSURE

    return read


def options(config: Config) -> Swift | None:
    """Return the reader of several options' keys, each once."""
    keys = option_keys(config)
    if keys is None or config.get("other"):
        return None
    known = frozenset(key for key in keys if key)
    least, most = max(1, config.get("min_count") or 0), min(config.get("max_count") or 500, 500)

    def read(raw: Any) -> Any:
        if type(raw) is not list or not least <= len(raw) <= most:
            return UNSURE
        for one in raw:
            if type(one) is not str:
                return UNSURE
        chosen = frozenset(raw)
        return tuple(raw) if len(chosen) == len(raw) and chosen <= known else UNSURE

    return read


def whole(config: Config) -> Swift | None:
    """Return the reader of a whole number within its range."""
    if config.get("step"):
        return None
    low, high = config.get("min"), config.get("max")
    least = -_WHOLE_MOST if low is None else max(number(low), Decimal(-_WHOLE_MOST))
    most = _WHOLE_MOST if high is None else min(number(high), Decimal(_WHOLE_MOST))

    def read(raw: Any) -> Any:
        return raw if type(raw) is int and least <= raw <= most else UNSURE

    return read


def stars(config: Config) -> Swift | None:
    """Return the reader of a rating."""
    highest = config["max"]

    def read(raw: Any) -> Any:
        return raw if type(raw) is int and 1 <= raw <= highest else UNSURE

    return read


def amount(config: Config) -> Swift | None:
    """Return the reader of money written as text with at most two decimals."""
    if config.get("step"):
        return None
    fits = _between(config.get("min"), config.get("max"))
    match, cent = _AMOUNT.fullmatch, Decimal("0.01")

    def read(raw: Any) -> Any:
        if type(raw) is not str or not raw.isascii() or match(raw) is None:
            return UNSURE
        value = Decimal(raw)
        if not value or (fits is not None and not fits(value)):
            return UNSURE
        return value if raw[-3:-2] == "." else value.quantize(cent)

    return read


def _between(low: Any, high: Any) -> Callable[[Decimal], bool] | None:
    if low is None and high is None:
        return None
    least = None if low is None else number(low)
    most = None if high is None else number(high)
    return lambda value: (least is None or value >= least) and (most is None or value <= most)


def flag(config: Config) -> Swift | None:
    """Return the reader of yes or no."""
    must = bool(config.get("must_be_true"))

    def read(raw: Any) -> Any:
        return raw if raw is True or (raw is False and not must) else UNSURE

    return read


def day(config: Config) -> Swift | None:
    """Return the reader of a day within its span."""
    if config.get("weekdays") or config.get("workdays"):
        return None
    least, most = config.get("min") or "", config.get("max") or "9999-99-99"
    match, read_day = _DAY.fullmatch, date.fromisoformat

    def read(raw: Any) -> Any:
        if type(raw) is not str or not raw.isascii() or match(raw) is None or not least <= raw <= most:
            return UNSURE
        try:
            return read_day(raw)
        except ValueError:
            return UNSURE

    return read


def instant(config: Config) -> Swift | None:
    """Return the reader of an instant with its zone, in UTC."""
    if config.get("weekdays") or config.get("min") or config.get("max"):
        return None
    read_instant = datetime.fromisoformat

    def read(raw: Any) -> Any:
        if type(raw) is not str or len(raw) not in (20, 25) or raw[10] != "T":
            return UNSURE
        try:
            found = read_instant(raw)
            return UNSURE if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            return UNSURE

    return read
