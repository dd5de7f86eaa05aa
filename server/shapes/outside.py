"""The shapes of webhooks, pools and message texts, as docs/openapi.json and the browser's types tell them."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Problem, Words

WebhookBody = dict[str, Any]
"""Whatever the source sends: a JSON object."""


class WebhookTaken(TypedDict):
    """A call was taken in; `is_new` is false for one that came before."""

    accepted: bool
    is_new: bool


class PoolItem(TypedDict):
    """A record that can be taken."""

    id: str
    label: str


class PoolItems(TypedDict):
    """What is in a pool; how many I hold of `most`, and have taken today of `daily`."""

    form: str
    items: list[PoolItem]
    held: int
    most: int | None
    taken: int
    daily: int | None


class PoolClaim(TypedDict):
    """Which records to take; the next one when none is named."""

    record_ids: NotRequired[list[str]]


class PoolRefused(TypedDict):
    """A record that could not be taken, and why."""

    record_id: str
    problems: list[Problem]


class PoolTaken(TypedDict):
    """The records that are mine now, and why others are not."""

    taken: list[str]
    failed: list[PoolRefused]


class PoolRelease(TypedDict):
    """A record to put back, and why."""

    record_id: str
    reason: NotRequired[str]


class MessageField(TypedDict):
    """A name that a text may use. `is_secret`: only through the filter `sensitive`."""

    path: str
    label: Words
    kind: str
    is_secret: bool


class MessageFilter(TypedDict):
    """A filter of texts."""

    key: str
    label: Words


class MessageNames(TypedDict):
    """What the picker offers."""

    fields: list[MessageField]
    filters: list[MessageFilter]


class MessageText(TypedDict):
    """A text about records of a form."""

    form: str
    text: str


class MessageChecked(TypedDict):
    """What is wrong with it."""

    problems: list[Problem]
