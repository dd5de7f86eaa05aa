"""The one gate to a contact, for all flows together: may this message go, now, and by which channel? Pure.

What matters more goes first: safety before care before service before marketing. Safety passes everything but death;
care and service keep quiet hours, unless they are urgent; marketing also needs consent for the channel, no opt-out,
no clinical hold, room under the cap, and a distance to whatever else the contact was told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from flow_engine.calendar.hours import on_the_wall

CLASSES = ("safety", "care", "service", "marketing")
"""From what matters most to what matters least. `notice` of a definition is service."""
RANK = {name: number for number, name in enumerate(CLASSES)}


@dataclass(frozen=True, slots=True)
class Policy:
    """The house rules. `caps`: class → (how many, in how many days), over all channels."""

    quiet_from: time = time(21)
    quiet_to: time = time(8, 30)
    caps: Mapping[str, tuple[int, int]] = field(
        default_factory=lambda: {"marketing": (2, 7), "service": (6, 1)}
    )
    apart: timedelta = timedelta(hours=4)
    """Marketing keeps this distance to messages that matter more, before and after."""
    spread: timedelta = timedelta(minutes=15)
    """Over how long messages that waited for the morning are spread."""
    keep: timedelta = timedelta(days=3)
    """How long a capped message may wait for room; else it is dropped."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of a contact. `consents`: channels with marketing consent; `holds`: reasons with the classes they stop."""

    contact_id: str
    zone: ZoneInfo
    reachable: Mapping[str, str] = field(default_factory=dict)
    """Channel → address."""
    prefers: tuple[str, ...] = ()
    consents: frozenset[str] = frozenset()
    has_opted_out: bool = False
    is_deceased: bool = False
    is_closed: bool = False
    """Account closed, merged or anonymised: nobody to write to."""
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of the ledger: what went out, or is planned to. `state`: sent, waiting."""

    key: str
    at: datetime
    kind: str
    channel: str
    state: str = "sent"


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that wants to go. `channels`: those it has words for, in the order of the definition."""

    key: str
    kind: str
    channels: tuple[str, ...]
    is_urgent: bool = False
    """Passes quiet hours and caps; what is marketing never does."""
    cap: tuple[int, int] | None = None
    """A cap of its own (a journey's), besides that of the house."""

    @property
    def may_hurry(self) -> bool:
        return self.is_urgent and self.kind != "marketing"


@dataclass(frozen=True, slots=True)
class Go:
    """It may go, by this channel."""

    channel: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: ask again then. `reason`: quiet_hours, cap, apart; channel_down (not of the gate's)."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Not at all. `reason`: deceased, closed, opted_out, hold:<key>, no_consent, no_address, cap."""

    reason: str


Decision = Go | Later | Drop


def decide(asked: Asked, contact: Contact, ledger: Sequence[Sent], policy: Policy, now: datetime) -> Decision:
    """Return the decision. `ledger`: the contact's lines of the last weeks and those that wait; its own line does not count."""
    others = [line for line in ledger if line.key != asked.key]
    refused = _refused(asked, contact)
    if refused is not None:
        return Drop(refused)
    channel = _channel(asked, contact)
    if channel is None:
        return Drop(_why_no_channel(asked, contact))
    if asked.kind == "safety":
        return Go(channel)
    waits = _waits(asked, contact, others, policy, now)
    if waits is None:
        return Go(channel)
    return waits


def in_quiet_hours(at: datetime, zone: ZoneInfo, policy: Policy) -> bool:
    """Tell whether the clock on the contact's wall is in the quiet hours; their end is not."""
    clock = at.astimezone(zone).time()
    if policy.quiet_from <= policy.quiet_to:
        return policy.quiet_from <= clock < policy.quiet_to
    return clock >= policy.quiet_from or clock < policy.quiet_to


def end_of_quiet(at: datetime, zone: ZoneInfo, policy: Policy, key: str = "") -> datetime:
    """Return when the quiet hours that `at` lies in are over, spread a little by `key`, in UTC."""
    local = at.astimezone(zone)
    day = local.date()
    if local.time() >= policy.quiet_to:
        day += timedelta(days=1)
    part = int.from_bytes(sha256(key.encode()).digest()[:4]) / 2**32 if key else 0
    return on_the_wall(day, policy.quiet_to, zone) + timedelta(
        seconds=int(policy.spread.total_seconds() * part)
    )


def _refused(asked: Asked, contact: Contact) -> str | None:
    if contact.is_deceased:
        return "deceased"
    if contact.is_closed:
        return "closed"
    for hold, stops in contact.holds.items():
        if asked.kind in stops:
            return f"hold:{hold}"
    if asked.kind == "marketing" and contact.has_opted_out:
        return "opted_out"
    return None


def _channel(asked: Asked, contact: Contact) -> str | None:
    """Return the channel the contact likes best among those that may be used."""
    usable = [one for one in asked.channels if one in contact.reachable]
    if asked.kind == "marketing":
        usable = [one for one in usable if one in contact.consents]
    liked = [one for one in contact.prefers if one in usable]
    return next(iter(liked or usable), None)


def _why_no_channel(asked: Asked, contact: Contact) -> str:
    has_address = any(one in contact.reachable for one in asked.channels)
    return "no_consent" if asked.kind == "marketing" and has_address else "no_address"


def _waits(
    asked: Asked, contact: Contact, others: Sequence[Sent], policy: Policy, now: datetime
) -> Later | Drop | None:
    if not asked.may_hurry and in_quiet_hours(now, contact.zone, policy):
        return Later(end_of_quiet(now, contact.zone, policy, asked.key), "quiet_hours")
    for most, days in _caps(asked, policy):
        counted = sorted(
            line.at
            for line in others
            if line.kind == asked.kind and line.state == "sent" and line.at > now - timedelta(days=days)
        )
        if len(counted) >= most:
            room = counted[len(counted) - most] + timedelta(days=days) if most else None
            if room is None or room > now + policy.keep:
                return Drop("cap")
            return _open_again(asked, contact, room, policy, "cap")
    if asked.kind == "marketing":
        near = [
            line.at
            for line in others
            if RANK.get(line.kind, 9) < RANK["marketing"] and _is_near(line, now, policy)
        ]
        if near:
            return _open_again(asked, contact, max(*near, now) + policy.apart, policy, "apart")
    return None


def _is_near(line: Sent, now: datetime, policy: Policy) -> bool:
    return now - policy.apart < line.at < now + policy.apart


def _caps(asked: Asked, policy: Policy) -> list[tuple[int, int]]:
    if asked.may_hurry:
        return []
    house = policy.caps.get(asked.kind)
    return [cap for cap in (house, asked.cap) if cap is not None]


def _open_again(asked: Asked, contact: Contact, at: datetime, policy: Policy, reason: str) -> Later:
    """A moment out of the quiet hours from `at` on."""
    quiet = not asked.may_hurry and in_quiet_hours(at, contact.zone, policy)
    return Later(end_of_quiet(at, contact.zone, policy, asked.key) if quiet else at.astimezone(UTC), reason)
