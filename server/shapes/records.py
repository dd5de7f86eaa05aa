"""The shapes of records: lists, one record, its history, edits of many."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from server.shapes.base import Aggregate, Json, Labels, Problem, Words


class Can(TypedDict):
    edit: NotRequired[bool]
    delete: NotRequired[bool]


Can.__doc__ = "What I may do with one record."


class RecordData(TypedDict):
    id: str
    revision: NotRequired[int]
    no: NotRequired[str | None]
    _can: NotRequired[Can]
    _masked: NotRequired[list[str]]


RecordData.__doc__ = (
    "A record: its own fields by key, beside these. `revision` is absent only where it may not be read."
)


class FilterItem(TypedDict):
    """One condition. The value depends on the operator; see docs/architecture.md."""

    field: str
    op: str
    value: NotRequired[Json]


class FilterGroup(TypedDict):
    """Conditions that must all hold, or one of them."""

    op: Literal["and", "or"]
    items: "list[FilterItem | FilterGroup]"


class Query(TypedDict):
    """Which records, in which order. A view gives what is not said here."""

    view: NotRequired[str]
    related: NotRequired[str]
    filter: NotRequired[FilterGroup]
    formula: NotRequired[str]
    search: NotRequired[str]
    sort: NotRequired[list[str]]
    limit: NotRequired[Annotated[int, Field(ge=1, le=500)]]
    cursor: NotRequired[str | None]
    fields: NotRequired[list[str]]
    ids: NotRequired[list[str]]
    deleted: NotRequired[bool]
    count: NotRequired[bool]


class GroupQuery(Query):
    """Groups by a field, with totals of others."""

    by: NotRequired[str]
    totals: NotRequired[dict[str, Aggregate]]


class TotalsQuery(Query):
    """Totals over everything the query finds."""

    totals: NotRequired[dict[str, Aggregate]]


class Count(TypedDict):
    """How many; not exact beyond what is worth counting."""

    value: int
    exact: bool


class Page(TypedDict):
    """One page of records; `cursor` asks for the next."""

    records: list[RecordData]
    labels: Labels
    cursor: str | None
    count: NotRequired[Count]


class TreePage(Page):
    """One level of a tree; `children` counts those of each node that has any."""

    children: NotRequired[dict[str, int]]


class Group(TypedDict):
    """A value with its number of records."""

    value: Json
    label: Words | str | None
    count: int
    totals: dict[str, Json]


class Groups(TypedDict):
    """The groups of a list."""

    groups: list[Group]


class Totals(TypedDict):
    """Totals of a list, by field."""

    totals: dict[str, Json]


class Submission(TypedDict):
    """Values of a record, by field."""

    values: dict[str, Json]


class Change(TypedDict):
    """Fields to change, and the revision they were read at, so that nobody's edit is lost."""

    values: dict[str, Json]
    revision: NotRequired[int | None]


class RecordAnswer(TypedDict):
    """One record. `touched` and `message`: a known contact turned up again, no second record was made."""

    record: RecordData
    labels: Labels
    can: Can
    masked: list[str]
    title: str
    batch: NotRequired[str]
    touched: NotRequired[bool]
    message: NotRequired[Words]


class CheckAnswer(TypedDict):
    """What saving would say."""

    problems: list[Problem]
    computed: dict[str, Json]
    hidden: list[str]


class RevealAsk(TypedDict):
    """The field to show."""

    field: str


class Revealed(TypedDict):
    """The value behind a mask, and how many I may still look at today."""

    value: Json
    left: int


class FieldChange(TypedDict):
    """A field before and after."""

    field: str
    old: Json
    new: Json


class HistoryEntry(TypedDict):
    """A change of a record: who, when, why, what."""

    id: str
    revision: int
    kind: Literal["create", "update", "delete", "restore"]
    at: str
    by: str | None
    by_name: str | None
    cause: str
    batch: str | None
    changes: list[FieldChange]


class History(TypedDict):
    """The changes of a record, newest first; `labels` names what the values point at."""

    entries: list[HistoryEntry]
    labels: Labels


class TimelineItem(TypedDict):
    """Something that happened: what, when, by whom. `detail` holds names, states and amounts in my language."""

    form: str
    id: str
    at: str
    title: str
    detail: str
    by: str | None
    by_name: str | None
    record: RecordData


class Timeline(TypedDict):
    """Everything about a record, newest first."""

    items: list[TimelineItem]
    labels: Labels
    cursor: str | None


class Reason(TypedDict):
    """A rule and whether it lets the person through; the last one (without a role) sums up."""

    role: str
    verb: str
    rule: str
    holds: bool
    words: Words


class Reasons(TypedDict):
    """Why somebody may see a record, or not."""

    reasons: list[Reason]


class PickOption(TypedDict):
    """A record or person to choose. In a tree `depth` says how deep it stands; `disabled`: only what is below it."""

    id: str
    label: str
    detail: str
    depth: NotRequired[int]
    disabled: NotRequired[bool]


class PickAsk(TypedDict):
    """What is typed, and what is filled in so far."""

    q: NotRequired[str]
    values: NotRequired[dict[str, Json]]


class BulkChange(TypedDict):
    """Which records to change (ids, or a filter), and how: `values` as they shall be, `add` and `remove` for fields of several."""

    values: NotRequired[dict[str, Json]]
    add: NotRequired[dict[str, list[str]]]
    remove: NotRequired[dict[str, list[str]]]
    ids: NotRequired[list[str]]
    view: NotRequired[str]
    filter: NotRequired[FilterGroup]
    formula: NotRequired[str]
    search: NotRequired[str]


class BulkFailure(TypedDict):
    """A record that stayed as it was, and why."""

    id: str
    problems: list[Problem]


class BulkAnswer(TypedDict):
    """What a bulk edit did; `batch` undoes it."""

    batch: str
    updated: int
    failed: list[BulkFailure]


class BulkJob(TypedDict):
    """A bulk edit that goes on in the background; see GET /api/bulk-edits/{job}."""

    job: str
    batch: str
    total: int


class BulkRecord(TypedDict):
    id: str
    title: str


class BulkRefusal(TypedDict):
    """Records that stayed as they were for the same reason; `records` names the first of them."""

    problems: list[Problem]
    count: int
    records: list[BulkRecord]


class BulkState(TypedDict):
    """How far a bulk edit of mine is; `batch` undoes it."""

    state: str
    done: int
    total: int
    form: str
    name: Words
    batch: str
    updated: int
    refused: list[BulkRefusal]


class Kept(TypedDict):
    """A record that an undo left alone."""

    form: str
    id: str
    why: Words


class UndoAnswer(TypedDict):
    """What was taken back, and what was kept since somebody changed it later."""

    undone: int
    kept: list[Kept]


class SearchHit(TypedDict):
    """A record found anywhere; `matched` is the field that fits."""

    form: str
    id: str
    title: str
    detail: str
    matched: str


OPEN = ("RecordData",)
"""Shapes with keys of their own beside those named here."""
