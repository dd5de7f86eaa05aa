"""The shapes of reports and dashboards."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Problem, Words

Instant = str
"""An instant in UTC, ISO 8601."""
Dims = dict[str, Json]
"""Dimension → value: what a point of a chart stands for."""


class DashboardLine(TypedDict):
    """A dashboard that I may open."""

    key: str
    name: Words
    icon: str | None
    module: str | None
    levels: list[str]


class DashboardList(TypedDict):
    dashboards: list[DashboardLine]


class FilterOption(TypedDict):
    value: str
    name: Words


class FilterPart(TypedDict):
    """A filter that all charts share. A period takes one of its phrases or `{from, to}`; a choice values.

    A compare takes one of its options or the days `2025-01-01..2025-01-31`: what charts stand beside then.
    """

    key: str
    role: str
    name: Words
    kind: Literal["period", "choice", "compare"]
    options: list[FilterOption]
    default: NotRequired[Json]


class CellPart(TypedDict):
    """A chart's place on 24 columns. A cell without a report shows its `text`; `metric`: what a card is about, for alerts."""

    key: str
    title: Words
    chart: str
    x: int
    y: int
    w: int
    h: int
    report: NotRequired[str]
    metric: NotRequired[str]
    text: NotRequired[Words]
    panel: NotRequired[Literal["alerts"]]
    note: NotRequired[Words]
    click: NotRequired[str]
    aloof: NotRequired[bool]


class Dashboard(TypedDict):
    """A dashboard as I see it. `level`: how widely: the group, my branch, myself."""

    key: str
    name: Words
    level: Literal["group", "branch", "personal"]
    levels: list[str]
    filters: list[FilterPart]
    cells: list[CellPart]


class DrillStep(TypedDict):
    dims: Dims
    by: str


class CellQuestion(TypedDict):
    """What one chart is asked: shared filters, what other charts were narrowed to, the steps drilled.

    `veiled`: for a wall that everybody reads, without anybody's name.
    """

    veiled: NotRequired[bool]
    cell: NotRequired[str]
    filters: NotRequired[dict[str, Json]]
    narrowed: NotRequired[Dims]
    path: NotRequired[list[DrillStep]]


class BoardAsk(TypedDict):
    cells: list[CellQuestion]


class Deeper(TypedDict):
    key: str
    name: Words


class CellAnswer(TypedDict):
    """A figure (`report_engine/charts`), or what is wrong with this chart alone. `period`: the time it is about, in words.

    `beside`: where what the reader chose to compare with changes nothing, what it stands beside all the same.
    """

    cell: NotRequired[str]
    figure: NotRequired[Json]
    problem: NotRequired[Problem]
    problems: NotRequired[list[Problem]]
    as_of: NotRequired[Instant | None]
    deeper: NotRequired[list[Deeper]]
    words: NotRequired[dict[str, dict[str, str]]]
    opens: NotRequired[bool]
    period: NotRequired[Words | None]
    row_count: NotRequired[int]
    beside: NotRequired[Literal["own", "nothing"]]


class BoardAnswer(TypedDict):
    cells: list[CellAnswer]


class PointAsk(TypedDict):
    """A point of a chart: its question, the dimensions' values beside it, the measure (or a column derived of it)."""

    question: CellQuestion
    dims: NotRequired[Dims]
    measure: NotRequired[str | None]


class BehindToo(TypedDict):
    """Records of another part of a number: `words` is what the part is called."""

    form: str
    count: int
    formula: NotRequired[str]
    filter: NotRequired[Json]
    rows: NotRequired[int]
    words: Words


class Behind(TypedDict):
    """What a list has to ask to show exactly the records behind a number: `formula` or `filter`.

    `rows`: how many lines of these records are counted, where lines of a sub-table are. `also`: records of its other parts.
    """

    form: str
    count: int
    formula: NotRequired[str]
    filter: NotRequired[Json]
    rows: NotRequired[int]
    words: Words
    also: NotRequired[list[BehindToo]]


class Told(TypedDict):
    name: Words
    value: str


class Calculated(TypedDict):
    """A calculated dimension in words."""

    name: Words
    formula: Words


class Explained(TypedDict):
    """What a number means. `change`: a waterfall that splits its change exactly, where there is one."""

    name: Words
    value: str
    formula: Words
    filters: list[Words]
    dimensions: list[Calculated]
    parts: list[Told]
    rows: int | None
    as_of: Instant
    hints: list[Words]
    change: Json


class ReportLine(TypedDict):
    key: str
    name: Words
    description: Words | None
    kind: str
    module: str | None
    group: Words | None
    chart: str


class ReportList(TypedDict):
    reports: list[ReportLine]


class ReportPage(TypedDict):
    key: str
    name: Words
    kind: str
    chart: str
    level: str | None
    filters: list[FilterPart]
    description: NotRequired[Words]
    module: NotRequired[str]
    period: NotRequired[Json]


class TableColumn(TypedDict):
    key: str
    name: Words
    role: Literal["dimension", "measure", "compare", "mark"]
    format: str
    good: NotRequired[str]
    of: NotRequired[str]
    form: NotRequired[str]
    labels: NotRequired[dict[str, Words]]
    adds_up: NotRequired[bool]


class TableTotal(TypedDict):
    by: list[str]
    rows: list[list[Json]]


class ReportTable(TypedDict):
    columns: list[TableColumn]
    rows: list[list[Json]]
    totals: list[TableTotal]
    labels: dict[str, dict[str, str]]
    as_of: Instant | None
    row_count: int
    warnings: list[Json]
    notes: dict[str, Json]


class ReportAsk(CellQuestion):
    """`chart`: a kind of chart in place of the report's own."""

    chart: NotRequired[str]


class ReportAnswer(CellAnswer):
    table: ReportTable


class RunAsk(CellQuestion):
    """A report of one's own."""

    report: Json


class OfferedDimension(TypedDict):
    key: str
    name: Words
    type: str
    to: str | None


class OfferedRole(TypedDict):
    key: str
    path: str


class OfferedMeasure(TypedDict):
    key: str
    name: Words
    format: str | None
    good: NotRequired[str | None]
    synonyms: list[str]


class OfferedFact(TypedDict):
    key: str
    name: Words
    form: str
    date: str
    dimensions: list[OfferedDimension]
    roles: list[OfferedRole]
    measures: list[OfferedMeasure]


class OfferedKind(TypedDict):
    key: str
    name: Words


class Offered(TypedDict):
    """What reports can be made of."""

    facts: list[OfferedFact]
    metrics: list[OfferedMeasure]
    kinds: list[OfferedKind]
    charts: list[OfferedKind]


class Note(TypedDict):
    """What somebody wrote beside a chart."""

    id: str
    cell: str
    text: str
    by: str
    by_name: str
    at: Instant
    is_mine: bool


class NoteList(TypedDict):
    notes: list[Note]


class NoteText(TypedDict):
    cell: str
    text: str


class NoteMade(TypedDict):
    id: str
