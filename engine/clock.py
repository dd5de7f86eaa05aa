"""The one clock. All code asks it; tests, simulation and practice mode hand in a virtual one."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the instant, aware, in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class VirtualClock:
    """A clock that moves only when told."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 5, 6, 30, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move forward; a clock never goes back."""
        if by < timedelta(0):
            raise ValueError("a clock never goes back")
        self.at += by


@dataclass(slots=True)
class AheadClock:
    """The machine's clock, put forward: practice mode, where a visitor wants to see tomorrow."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, by: timedelta) -> None:
        """Put it forward; a clock never goes back."""
        if by < timedelta(0):
            raise ValueError("a clock never goes back")
        self.ahead += by


def business_day(instant: datetime, zone: str) -> date:
    """Return the day of `instant` in the branch's time zone."""
    return instant.astimezone(ZoneInfo(zone)).date()
