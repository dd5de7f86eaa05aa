"""The shapes of imports."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from server.shapes.base import Json, Problem, Words


class ImportSheet(TypedDict):
    """A sheet of the file."""

    name: str
    rows: int


class ImportColumn(TypedDict):
    """A column, what it holds, and the field it was taken for."""

    index: int
    header: str
    samples: list[str]
    field: str | None
    why: Annotated[
        Literal["header", "like_header", "content", "remembered", ""], Field(description="What gave it away")
    ]


class ImportTarget(TypedDict):
    """What a column may feed. `extra`: not a field, but worked into one."""

    key: str
    label: Words
    required: bool
    extra: bool


class ImportLook(TypedDict):
    """A sheet's columns, guessed. `header_row` counts from 0; null: there is none."""

    header_row: int | None
    columns: list[ImportColumn]
    layout_key: str


ImportPolicy = Literal["skip", "fill", "overwrite", "touch"]


class ImportUpload(ImportLook):
    """An uploaded file, ready to be mapped. `match`: fields that find an existing record."""

    id: str
    sheets: list[ImportSheet]
    sheet: str
    targets: list[ImportTarget]
    match: list[list[str]]
    policies: list[ImportPolicy]
    remembered: bool


class ImportLookAsk(TypedDict):
    """Another sheet or header row."""

    sheet: NotRequired[str | None]
    header_row: NotRequired[int | None]


class ImportSettings(TypedDict):
    """What was decided: columns with their fields, and what to do where a record exists already."""

    map: Annotated[dict[str, str | None], Field(description="Number of the column, from 0 → field")]
    sheet: NotRequired[str | None]
    header_row: NotRequired[int | None]
    policy: NotRequired[ImportPolicy]
    match: NotRequired[list[list[str]]]
    defaults: NotRequired[dict[str, Json]]


class ImportStarted(TypedDict):
    """The job of an import or of its dry run."""

    job: str
    id: str


class ImportRow(TypedDict):
    """A row with something to say. `row` counts from 1, as the sheet shows it."""

    row: int
    outcome: Literal["created", "merged", "skipped", "rejected"]
    record_id: str | None
    problems: list[Problem]


class ImportState(TypedDict):
    """How far an import is, and what it says of its rows."""

    id: str
    form: str
    file_name: str
    state: Literal["new", "checking", "checked", "running", "done", "failed", "undone"]
    done: int
    total: int
    counts: dict[str, int]
    job: str | None
    batch: str | None
    can_undo: bool
    can_resume: Annotated[bool, Field(description="It gave up halfway: `run` without settings goes on")]
    rows: list[ImportRow]
