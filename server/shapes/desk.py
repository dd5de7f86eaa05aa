"""The shapes of one's own desk: today's lists and notices."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Labels, Words
from server.shapes.records import RecordData


class WorkbenchSection(TypedDict):
    """A list of today."""

    key: str
    name: Words
    form: str
    columns: list[str]
    records: list[RecordData]
    labels: Labels
    count: int


class WorkbenchNumber(TypedDict):
    """A number of today, and how to write it."""

    key: str
    name: Words
    value: Json
    format: Literal["integer", "decimal", "money", "percent"]


class Workbench(TypedDict):
    """Today's lists and numbers."""

    sections: list[WorkbenchSection]
    numbers: list[WorkbenchNumber]


class Notice(TypedDict):
    """A line in my drawer; `body` has a `title` in words."""

    id: str
    at: str
    kind: str
    form: str | None
    record_id: str | None
    body: dict[str, Json]
    read: bool


class Notices(TypedDict):
    """My drawer, newest first."""

    items: list[Notice]
    unread: int
    cursor: str | None


class NoticesRead(TypedDict):
    """Notifications I have read; all of them without ids."""

    ids: NotRequired[list[str] | None]
