"""The shapes of the contact policy, as docs/openapi.json and the browser's types tell them."""

from typing import Literal

from typing_extensions import TypedDict

from server.shapes.base import Words
from server.shapes.tasks import Instant


class ContactCap(TypedDict):
    """So many messages of a class in so many days."""

    kind: str
    most: int
    days: int


class ContactHold(TypedDict):
    """A matter that holds messages back, and which classes."""

    key: str
    name: Words
    stops: list[str]


class ContactHoldRule(ContactHold):
    """The same as a rule: open records of a form."""

    form: str
    form_name: Words


class JourneyCap(TypedDict):
    """A journey's own cap."""

    flow: str
    name: Words
    most: int
    days: int


class ContactForms(TypedDict):
    """A form that holds people."""

    form: str
    name: Words


class ContactPolicy(TypedDict):
    """The rules of the house for writing to people."""

    quiet_from: str
    quiet_to: str
    spread_minutes: int
    apart_hours: int
    keep_days: int
    caps: list[ContactCap]
    journeys: list[JourneyCap]
    holds: list[ContactHoldRule]
    forms: list[ContactForms]


class HeldReason(TypedDict):
    """How many did not go for a reason, and how many of them still wait."""

    reason: str
    words: Words
    dropped: int
    waiting: int


class HeldMessage(TypedDict):
    """A message that did not go, or not yet."""

    key: str
    at: Instant
    due_at: Instant | None
    message: Words | None
    kind: str
    channel: str | None
    form: str | None
    record_id: str
    name: str | None
    state: Literal["dropped", "waiting"]
    reason: str
    why: Words


class HeldBack(TypedDict):
    """What the gate held back lately."""

    days: int
    reasons: list[HeldReason]
    held: list[HeldMessage]
    more: bool


class ContactChannel(TypedDict):
    """A way to reach somebody."""

    channel: str
    is_reachable: bool
    has_consent: bool
    is_preferred: bool


class ContactMay(TypedDict):
    """Whether a message of a class might go now."""

    kind: str
    answer: Literal["go", "later", "never"]
    channel: str | None
    at: Instant | None
    reason: str | None
    why: Words | None


class ContactUsed(ContactCap):
    """How much of a cap is used."""

    used: int


class ContactLine(TypedDict):
    """A message that went, or waits."""

    at: Instant
    kind: str
    channel: str
    state: str
    message: Words | None


class ContactPerson(TypedDict):
    """What the gate says of one person now."""

    form: str
    record_id: str
    name: str
    channels: list[ContactChannel]
    is_quiet: bool
    has_opted_out: bool
    is_deceased: bool
    is_closed: bool
    holds: list[ContactHold]
    may: list[ContactMay]
    caps: list[ContactUsed]
    lines: list[ContactLine]
    held: list[HeldMessage]
