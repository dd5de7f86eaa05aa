"""How an alert stands with one recipient, group by group: one incident, told once, told again only after a while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from report_engine.alerts.judging import Reading
from report_engine.alerts.rule import Rule
from report_engine.output import plain


@dataclass(frozen=True, slots=True)
class Standing:
    """One group. `bad`: bad looks in a row; `since`: the first of them; `told`: when somebody was last told."""

    bad: int = 0
    since: datetime | None = None
    told: datetime | None = None
    is_open: bool = False
    """Somebody was told, and it is not over."""


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
        now_bad = replace(was, bad=was.bad + 1, since=was.since or now)
        is_due = now_bad.bad >= rule.times and _is_armed(rule, was, now)
        if is_due and is_quiet:
            is_held = True
        elif is_due:
            tell.append(one)
            now_bad = replace(now_bad, told=now, is_open=True)
        after[key] = now_bad
    kept = {key: one for key, one in after.items() if one != Standing()}
    return Step(kept, tuple(tell), tuple(over), is_held)


def _is_armed(rule: Rule, was: Standing, now: datetime) -> bool:
    return was.told is None or now - was.told >= timedelta(hours=rule.rearm_h)


def to_json(standings: Mapping[str, Standing]) -> dict[str, Any]:
    """Return standings as a row keeps them."""
    return {
        key: [
            one.bad,
            one.since and one.since.isoformat(),
            one.told and one.told.isoformat(),
            one.is_open,
        ]
        for key, one in standings.items()
    }


def from_json(given: Mapping[str, Any]) -> dict[str, Standing]:
    """Return the standings of a row."""
    return {
        key: Standing(
            bad, since and datetime.fromisoformat(since), told and datetime.fromisoformat(told), is_open
        )
        for key, (bad, since, told, is_open) in given.items()
    }
