"""When a condition that hangs on the clock has to be looked at again.

Of records one hears when they change; nobody tells that it has become tomorrow. What a formula gives later, if nothing but
the clock moves, can be worked out now: so the next look is put where its answer turns, and not into every night.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.expressions import Checked
from engine.expressions.moments import local
from engine.expressions.typed import Typed

DAY, MOMENT, ELSE = "day", "moment", "else"
"""Turns with the day; at any moment; hangs on what nobody hears of and cannot be foreseen."""
SUMS = "sums"
"""Not the clock: sums over other records, which are written without this one. The clock is their second look, by night."""
DAYS_AHEAD = 62
"""How far ahead days are tried out; then it is looked at again."""
STEP, STEPS = timedelta(minutes=15), 96
"""How densely moments are tried out, and how far: a day."""
SHARPLY = timedelta(seconds=1)
OF_WRITES = frozenset({"CHANGED", "OLDVALUE", "ISNEW"})
"""Functions about the write itself: where nothing was written there is nothing for them to tell."""
Holds = Callable[[datetime], bool]


def clocks_of(formulas: Iterable[Checked]) -> frozenset[str]:
    """Return in what ways formulas hang on the clock; nothing where they do not."""
    found: set[str] = set()
    for formula in formulas:
        if not formula.is_deterministic:
            waiting = [formula.root]
            while waiting:
                part = waiting.pop()
                waiting.extend(part.args)
                if part.function is not None and part.function.clock and not _is_told_when(part):
                    found.add(part.function.clock)
    return frozenset(found)


def is_of_a_write(formula: Checked) -> bool:
    """Tell whether a formula asks about the write itself, so that no clock can make it true."""
    waiting = [formula.root]
    while waiting:
        part = waiting.pop()
        waiting.extend(part.args)
        if part.function is not None and part.function.name in OF_WRITES:
            return True
    return False


def _is_told_when(part: Typed) -> bool:
    """Tell whether a call says itself as of when: AGE({born}, {visited})."""
    function = part.function
    if function is None or not function.parameters or function.parameters[-1].name != "at":
        return False
    return len(part.args) >= len(function.parameters)


def next_look(clocks: frozenset[str], is_foreseen: bool, holds: Holds, now: datetime, zone: str) -> datetime:
    """Return when to look next: where the answer turns as far as can be foreseen, else after a while.

    `holds`: what the condition gives at a later moment, if nothing but the clock has moved.
    """
    if not is_foreseen or ELSE in clocks:
        return now + STEP if MOMENT in clocks else _turn(now, zone, 1)
    is_true = holds(now)
    if MOMENT in clocks:
        return _moment(holds, is_true, now)
    for ahead in range(1, DAYS_AHEAD):
        at = _turn(now, zone, ahead)
        if holds(at) is not is_true:
            return at
    return _turn(now, zone, DAYS_AHEAD)


def _moment(holds: Holds, is_true: bool, now: datetime) -> datetime:
    before = now
    for count in range(1, STEPS + 1):
        after = now + STEP * count
        if holds(after) is not is_true:
            while after - before > SHARPLY:
                middle = before + (after - before) / 2
                before, after = (before, middle) if holds(middle) is not is_true else (middle, after)
            return after
        before = after
    return before


def _turn(now: datetime, zone: str, ahead: int) -> datetime:
    """Return the first moment of the day so many days ahead, where the clinic is."""
    day: date = local(now, zone).date() + timedelta(days=ahead)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


__all__ = ["DAY", "ELSE", "MOMENT", "SUMS", "clocks_of", "is_of_a_write", "next_look"]
