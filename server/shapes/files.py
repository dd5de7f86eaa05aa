"""The shapes of files, exports and jobs."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json
from server.shapes.records import Query


class FileRef(TypedDict):
    """A file, as a field holds it."""

    id: str
    name: str
    size: int
    mime: str


class ExportAsk(Query):
    """Which records, which columns, which kind of file."""

    columns: NotRequired[list[str]]
    format: NotRequired[Literal["xlsx", "csv"]]
    ids_beside: NotRequired[bool]


class JobStarted(TypedDict):
    """The background job that does it."""

    job: str


class JobState(TypedDict):
    """How far a job is."""

    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int | None
    total: int | None
    result: Json
