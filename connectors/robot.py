"""Robots of chat groups (群机器人): what a house tells a group, one file each in `connectors.robots`, holding `ROBOT`.

A robot is an address of its own (a webhook) that the administrator keeps among the connections. Without one nothing is
sent: the note stays in the outbox, where people see what would have gone.
"""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.channel import OUTBOX, call_json
from engine.ports import Receipt
from engine.registry import Registry

ROBOTS: "Registry[Robot]" = Registry("connectors.robots", "ROBOT", {"zh": "群机器人", "en": "chat robot"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """What is said: a title and lines of plain markdown."""

    title: str
    text: str


@dataclass(frozen=True)
class Robot:
    """What robots have in common. `hosts`: where they live; `most_bytes`: how long a text may be."""

    kind: str
    zh: str
    en: str
    hosts: frozenset[str] = frozenset()
    most_bytes: int = 4_000

    def body(self, note: Note, secret: str, now_s: int) -> Json:
        """Return what is posted."""
        raise NotImplementedError

    def query(self, secret: str, now_s: int) -> dict[str, str]:
        """Return what the address says besides, where a robot signs there."""
        return {}

    def code(self, answer: Mapping[str, Any]) -> Any:
        """Return the robot's own word on it; 0 is well."""
        return answer.get("errcode", 0)

    def send(self, note: Note, settings: Mapping[str, str], now_s: int) -> Receipt:
        """Post it, or keep it in the outbox while there is no address. ConnectionError: surely not sent."""
        address = settings.get("url", "")
        if not address:
            return OUTBOX
        parts = urlsplit(address)
        if parts.scheme != "https" or (parts.hostname or "") not in self.hosts:
            return Receipt("refused", error=f"not an address of {self.en}")
        secret = settings.get("secret", "")
        query = dict(parse_qsl(parts.query)) | (self.query(secret, now_s) if secret else {})
        url = f"https://{parts.netloc}{parts.path}"
        status, answer = call_json("POST", url, self.hosts, query=query, json=self.body(note, secret, now_s))
        if status >= 500:
            return Receipt("unknown", error=f"HTTP {status}")
        found = answer if isinstance(answer, dict) else {}
        code = self.code(found) if found else None
        if status >= 400 or code != 0:
            why = found.get("errmsg") or found.get("msg") or f"HTTP {status}"
            return Receipt("refused", error=str(why)[:500])
        return Receipt("sent")


def signed(key: str, text: str) -> str:
    """Return the signature that robots ask for: HMAC-SHA256, in base64."""
    return base64.b64encode(hmac.new(key.encode(), text.encode(), sha256).digest()).decode()


__all__ = ["ROBOTS", "Note", "Robot", "signed"]
