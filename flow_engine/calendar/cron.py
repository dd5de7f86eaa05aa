"""Cron times in a clinic's zone. Expressions are those of Debian's cron, read by cronsim."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from engine.problems import Code, Rejected

BAD_CRON = Code(
    "calendar.cron",
    zh="看不懂定时“{given}”",
    en="“{given}” is not a cron expression",
    hint_zh="五段：分 时 日 月 周，如 0 9 * * 1-5 表示周一到周五 9:00",
    hint_en="Five parts: minute hour day month weekday, as 0 9 * * 1-5 for 9:00 from Monday to Friday",
)
NEVER = Code(
    "calendar.cron_never",
    zh="定时“{given}”永远不会到来",
    en="“{given}” never comes",
    hint_zh="请检查日和月，例如 2 月没有 30 日",
    hint_en="Check day and month: February has no 30th, for instance",
)
MOST_AT_ONCE = 10_000


@lru_cache(maxsize=512)
def check_cron(expression: str, path: str = "") -> None:
    """Raise Rejected when an expression cannot be read or never comes."""
    if len(expression) > 200 or len(expression.split()) != 5:
        raise Rejected(BAD_CRON.at(path, given=expression))
    try:
        found = next(CronSim(expression, datetime(2024, 1, 1, tzinfo=UTC)), None)
    except CronSimError:
        raise Rejected(BAD_CRON.at(path, given=expression)) from None
    if found is None:
        raise Rejected(NEVER.at(path, given=expression))


def cron_times(expression: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Yield the times after `after` (not `after` itself), in UTC. Rejected.

    A time that a change to summer time leaves out comes right after the change, one that comes twice comes once.
    """
    check_cron(expression)
    for found in CronSim(expression, after.astimezone(zone)):
        yield found.astimezone(UTC)


def next_cron(expression: str, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first time after `after`, in UTC. Rejected."""
    for found in cron_times(expression, zone, after):
        return found
    raise Rejected(NEVER.at("", given=expression))


def missed(expression: str, zone: ZoneInfo, after: datetime, until: datetime, policy: str) -> list[datetime]:
    """Return the times in (after, until] to make up for by `policy`: all, latest or none; `until` itself is never missed.

    At most 10,000 at once: the caller goes on from the last one given.
    """
    times = cron_times(expression, zone, after)
    found: list[datetime] = []
    for at in islice(times, MOST_AT_ONCE):
        if at > until:
            break
        found.append(at)
    if policy == "all" or not found:
        return found
    return found[-1:] if policy == "latest" or found[-1] == until else []
