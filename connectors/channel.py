"""Channels: ways to people, one file each in this package, holding `CHANNEL` (port `engine.ports.Channel`).

Without its credentials a channel sends nothing: its messages stay in the outbox, where people see what would have gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.egress import Egress, Limits, Reply
from engine.ports import Address, Channel, Outgoing, Receipt
from engine.registry import Registry

CHANNELS: Registry[Channel] = Registry("connectors", "CHANNEL", {"zh": "通道", "en": "channel"})
OUTBOX = Receipt("outbox")


@dataclass(frozen=True)
class BaseChannel:
    """What channels have in common. `address_key`: under which name people's addresses are kept."""

    kind: str
    zh: str
    en: str
    address_key: str
    settings: tuple[str, ...] = ()
    """The credentials it needs."""

    def address(self, to: Address) -> str | None:
        """Return where it would go."""
        return to.values.get(self.address_key) or None

    def send(self, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        """Send it, or keep it in the outbox while credentials are missing."""
        where = self.address(outgoing.to)
        if where is None:
            return Receipt("refused", error="no address")
        if not all(settings.get(name) for name in self.settings):
            return OUTBOX
        return self.deliver(where, outgoing, settings)

    def deliver(self, where: str, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        """Send for real. ConnectionError: surely not sent; other OSErrors: nobody knows."""
        return OUTBOX


def call_json(
    method: str,
    url: str,
    hosts: frozenset[str],
    *,
    query: Mapping[str, str] | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    """Return status and JSON of a provider's answer, through the guarded way out."""
    reply: Reply = Egress(Limits(hosts=hosts)).call(method, url, query=query, json=json, headers=headers)
    try:
        return reply.status, reply.json()
    except ValueError:
        return reply.status, None


def judged(status: int, answer: Any, reference: Any, code: Any, ok: Any = 0) -> Receipt:
    """Return the receipt for a provider's answer: its own code decides, and a status of 500 and above leaves it open."""
    if status >= 500:
        return Receipt("unknown", error=f"HTTP {status}")
    if status >= 400 or code != ok:
        why = answer.get("errmsg") or answer.get("message") if isinstance(answer, dict) else None
        return Receipt("refused", error=str(why or f"HTTP {status}")[:500])
    return Receipt("sent", str(reference) if reference is not None else None)
