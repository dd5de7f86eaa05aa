"""Who may be told what, for people to look at: the rules of the gate, what it says of one person, what it held back and why.

Nothing is worked out anew: the same `decide` as when a message goes, over the same contact, ledger and policy.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from engine.text import Words
from flow_engine.messages import ledger
from flow_engine.messages.contact_gate import (
    CLASSES,
    RANK,
    Asked,
    Contact,
    Drop,
    Go,
    Later,
    Policy,
    Sent,
    decide,
    in_quiet_hours,
)
from flow_engine.messages.service import REASONS, House
from flow_engine.tables import OUTBOX

DAYS = 30
PAGE, MOST = 50, 200
HELD = ("dropped", "waiting")
LINES = 20
HOLDS: Mapping[str, Words] = {
    "complaint": {"zh": "未结投诉", "en": "Open complaint"},
    "adverse_event": {"zh": "未闭环的不良事件", "en": "Open adverse event"},
    "pregnancy": {"zh": "孕期", "en": "Pregnancy"},
}


class ContactDesk:
    """Reads only. Whoever asks has been let in by the route."""

    def __init__(self, house: House) -> None:
        self._house = house

    def rules(self) -> dict[str, Any]:
        """Return the rules of the house: quiet hours, caps, distance, and what holds messages back."""
        policy = self._house.policy
        return {
            "quiet_from": policy.quiet_from.strftime("%H:%M"),
            "quiet_to": policy.quiet_to.strftime("%H:%M"),
            "spread_minutes": int(policy.spread.total_seconds() // 60),
            "apart_hours": int(policy.apart.total_seconds() // 3600),
            "keep_days": policy.keep.days,
            "caps": [
                {"kind": kind, "most": most, "days": days}
                for kind, (most, days) in sorted(policy.caps.items(), key=lambda one: RANK[one[0]])
            ],
            "holds": [
                {"key": one.key, "name": HOLDS.get(one.key, {"zh": one.key}), "form": one.form, "stops": _by_rank(one.stops)}
                for one in self._house.contacts.holds
            ],
            "forms": list(self._house.contacts.forms),
        }  # fmt: skip

    def held_back(
        self, unit: Unit, reason: str = "", q: str = "", person: str = "", offset: int = 0, limit: int = PAGE
    ) -> dict[str, Any]:
        """Return what did not go to contacts in the last thirty days, newest first, with counts by reason."""
        c = OUTBOX.c
        base = and_(
            c.planned_at > instant(unit.now - timedelta(days=DAYS)),
            c.state.in_(HELD),
            c.to_kind == "contact",
            c.reason.is_not(None),
        )
        counted = select(c.reason, c.state, func.count()).where(base).group_by(c.reason, c.state)
        counts: dict[str, dict[str, int]] = {}
        for why, state, count in unit.connection.execute(counted):
            counts.setdefault(why, dict.fromkeys(HELD, 0))[state] = count
        query = select(OUTBOX).where(base)
        if reason:
            query = query.where(c.reason == reason)
        if person:
            query = query.where(c.to_id == person)
        if q:
            query = query.where(c.to_name.contains(q[:100], autoescape=True))
        most = max(1, min(limit, MOST))
        query = query.order_by(c.planned_at.desc(), c.key.desc()).limit(most + 1).offset(max(0, offset))
        rows = [dict(row) for row in unit.connection.execute(query).mappings()]
        return {
            "days": DAYS,
            "reasons": [
                {"reason": why, "words": _why(why), **states}
                for why, states in sorted(counts.items(), key=lambda one: (-sum(one[1].values()), one[0]))
            ],
            "held": [self._line(row) for row in rows[:most]],
            "more": len(rows) > most,
        }

    def person(self, unit: Unit, form: str, record_id: str) -> dict[str, Any] | None:
        """Return what the gate says of one person now; None where there is no such contact."""
        records = self._house.records(unit)
        who = self._house.contacts.who(records, form, record_id)
        if who is None:
            return None
        channels = self._channels()
        found = self._house.contacts.contact(unit, records, *who, frozenset(channels))
        if found is None:
            return None
        contact, address = found
        lines = ledger.lines_of(unit, contact.contact_id)
        policy = self._house.policy
        is_quiet = in_quiet_hours(unit.now, contact.zone, policy)
        return {
            "form": who[0],
            "record_id": who[1],
            "name": address.name,
            "channels": [
                {
                    "channel": one,
                    "is_reachable": one in contact.reachable,
                    "has_consent": one in contact.consents,
                    "is_preferred": one in contact.prefers,
                }
                for one in channels
            ],
            "is_quiet": is_quiet,
            "has_opted_out": contact.has_opted_out,
            "is_deceased": contact.is_deceased,
            "is_closed": contact.is_closed,
            "holds": [
                {"key": key, "name": HOLDS.get(key, {"zh": key}), "stops": _by_rank(stops)}
                for key, stops in contact.holds.items()
            ],
            "may": [_may(kind, channels, contact, lines, policy, unit.now) for kind in CLASSES],
            "caps": [_used(kind, lines, policy, unit.now) for kind in CLASSES if kind in policy.caps],
            "lines": self._lines(unit, lines),
            "held": self.held_back(unit, person=who[1])["held"],
        }

    def _channels(self) -> list[str]:
        """Return the channels by which contacts are reached, in a steady order."""
        known = {channel for one in self._house.contacts.forms.values() for channel in one.addresses}
        return [one for one in self._house.channels if one in known]

    def _lines(self, unit: Unit, lines: list[Sent]) -> list[dict[str, Any]]:
        """Return what went to the person lately and what waits, newest first."""
        shown = sorted(lines, key=lambda one: (one.at, one.key), reverse=True)[:LINES]
        c = OUTBOX.c
        query = select(c.key, c.message).where(c.key.in_([one.key for one in shown]))
        named = {row.key: row.message for row in unit.connection.execute(query)} if shown else {}
        return [
            {
                "at": one.at,
                "kind": one.kind,
                "channel": one.channel,
                "state": one.state,
                "message": self._name(named.get(one.key)),
            }
            for one in shown
        ]

    def _line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "key": row["key"],
            "at": from_instant(row["planned_at"]),
            "due_at": from_instant(row["due_at"]) if row["due_at"] else None,
            "message": self._name(row["message"]),
            "kind": row["kind"],
            "channel": row["channel"],
            "form": row["to_form"],
            "record_id": row["to_id"],
            "name": row["to_name"],
            "state": row["state"],
            "reason": row["reason"],
            "why": _why(row["reason"]),
        }

    def _name(self, message: str | None) -> Words | None:
        found = self._house.plans().plans.get(message or "")
        if found is not None:
            return found.name
        return {"zh": message, "en": message} if message else None


def _may(
    kind: str, channels: list[str], contact: Contact, lines: list[Sent], policy: Policy, now: datetime
) -> dict[str, Any]:
    """Return whether a message of a class might go now, by which channel, else when or why not."""
    told: dict[str, Any] = {
        "kind": kind,
        "answer": "go",
        "channel": None,
        "at": None,
        "reason": None,
        "why": None,
    }
    match decide(Asked("", kind, tuple(channels)), contact, lines, policy, now):
        case Go(channel):
            return {**told, "channel": channel}
        case Later(at, reason):
            return {**told, "answer": "later", "at": at, "reason": reason, "why": _why(reason)}
        case Drop(reason):
            return {**told, "answer": "never", "reason": reason, "why": _why(reason)}


def _used(kind: str, lines: list[Sent], policy: Policy, now: datetime) -> dict[str, Any]:
    most, days = policy.caps[kind]
    since = now - timedelta(days=days)
    used = sum(1 for one in lines if one.kind == kind and one.state == "sent" and one.at > since)
    return {"kind": kind, "used": used, "most": most, "days": days}


def _why(reason: str) -> Words:
    return REASONS.get(reason) or {"zh": reason, "en": reason}


def _by_rank(kinds: frozenset[str]) -> list[str]:
    return sorted(kinds, key=lambda one: RANK.get(one, len(RANK)))
