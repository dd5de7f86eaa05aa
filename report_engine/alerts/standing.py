"""How an alert stands with one recipient, group by group: one incident, told once, told again only after a while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from report_engine.alerts.judging import Reading
from report_engine.alerts.rule import Rule
from report_engine.output import plain


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody said that an incident is known. `until`: when it is told again if it is still off; None: when it was well between."""

    by: str
    at: datetime
    until: datetime | None = None
    note: str = ""

    def holds(self, now: datetime) -> bool:
        """Tell whether it keeps people from being told again."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Standing:
    """One group. `bad`: bad looks in a row; `since`: the first of them; `told`: when somebody was last told."""

    bad: int = 0
    since: datetime | None = None
    told: datetime | None = None
    is_open: bool = False
    """Somebody was told, and it is not over."""
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one look leads to."""

    after: Mapping[str, Standing]
    tell: tuple[Reading, ...] = ()
    over: tuple[str, ...] = ()
    """Groups that were told of and are well again."""
    held: bool = False
    """Something is to be told, but not in quiet hours."""


def name_of(reading: Reading) -> str:
    """Return a group's key as text."""
    return "\x1f".join("" if one is None else str(plain(one)) for one in reading.key)


def look(
    rule: Rule,
    before: Mapping[str, Standing],
    found: Iterable[Reading],
    now: datetime,
    *,
    is_quiet: bool = False,
) -> Step:
    """Return how the groups stand after a look, and what is to be told.

    Groups that nothing can be said about stay as they were; so do those that are not there any more.
    """
    after = dict(before)
    tell: list[Reading] = []
    over: list[str] = []
    is_held = False
    for one in found:
        key = name_of(one)
        was = before.get(key, Standing())
        if one.is_bad is None:
            continue
        if not one.is_bad:
            if was.is_open:
                over.append(key)
            after[key] = Standing(told=was.told)
            continue
        known = was.known if was.known is not None and was.known.holds(now) else None
        now_bad = replace(was, bad=was.bad + 1, since=was.since or now, known=known)
        is_due = now_bad.bad >= rule.times and _is_armed(rule, was, now)
        if is_due and is_quiet:
            is_held = True
            now_bad = replace(now_bad, known=was.known)
        elif is_due:
            tell.append(one)
            now_bad = replace(now_bad, told=now, is_open=True)
        after[key] = now_bad
    kept = {key: one for key, one in after.items() if one != Standing()}
    return Step(kept, tuple(tell), tuple(over), is_held)


def acknowledged(one: Standing, known: Known | None) -> Standing:
    """Return a standing that is known; with None it no longer is, and is told again in its time."""
    return replace(one, known=known)


def _is_armed(rule: Rule, was: Standing, now: datetime) -> bool:
    if was.known is not None and was.told is not None:
        # What was known until now is told at once; the usual pause is no part of it.
        return not was.known.holds(now)
    return was.told is None or now - was.told >= timedelta(hours=rule.rearm_h)


def to_json(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Return standings as a row keeps them."""
    return {
        key: [
            one.bad,
            one.since and one.since.isoformat(),
            one.told and one.told.isoformat(),
            one.is_open,
            *([_plain(one.known)] if one.known is not None else []),
        ]
        for key, one in standings.items()
    }


def from_json(given: Mapping[str, Any]) -> dict[str, Standing]:
    """Return the standings of a row."""
    made = {}
    for key, (bad, since, told, is_open, *rest) in given.items():
        known = _known(rest[0]) if rest else None
        made[key] = Standing(bad, _moment(since), _moment(told), is_open, known)
    return made


def _plain(known: Known) -> list[str | None]:
    until = known.until.isoformat() if known.until is not None else None
    return [known.by, known.at.isoformat(), until, known.note]


def _known(given: Any) -> Known:
    by, at, until, note = given
    return Known(by, datetime.fromisoformat(at), _moment(until), note)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
