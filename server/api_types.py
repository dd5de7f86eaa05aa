"""The shapes of requests and answers, as docs/openapi.json and the browser's types tell them.

They describe, they do not work: routes answer with plain dicts, so nothing here costs a request anything. A test
holds real answers against these shapes. A key that may be absent is `NotRequired`; one that may be null says so.
"""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

Json = Any
"""Any JSON value."""
Tree = Any
"""A compiled expression, interpreted in the browser by `shared/formula`."""
Level = Literal["none", "masked", "read", "write"]
Lang = Literal["zh", "en"]
Aggregate = Literal["count", "count_distinct", "sum", "avg", "min", "max"]
Labels = dict[str, dict[str, str]]
"""Form (or `user`) → record id → what to call it."""


class Words(TypedDict):
    """A name or sentence in both languages."""

    zh: NotRequired[str]
    en: NotRequired[str]


# Problems.


class Problem(TypedDict):
    """One finding. `path` is a JSON Pointer into what was sent."""

    code: str
    path: str
    message: Words
    hint: Words
    params: dict[str, Json]


class Clash(TypedDict):
    """A field that two people changed at the same time."""

    field: str
    yours: Json
    theirs: Json


class ProblemBody(TypedDict):
    """Every refusal (RFC 9457). `clashes` and `revision` come with a 409 of a record."""

    type: str
    status: int
    title: str
    code: str
    problems: list[Problem]
    clashes: NotRequired[list[Clash]]
    revision: NotRequired[int | None]


# Who I am, and what the app offers me.


class Health(TypedDict):
    """The server is up."""

    status: Literal["ok"]


class Brand(TypedDict):
    """The clinic's face: a colour family by name, and what it calls itself."""

    color: NotRequired[str]
    name: NotRequired[Words]


class DemoLogin(TypedDict):
    """An account of a practice clinic, to sign in with one press."""

    login: str
    name: str
    role: Words
    password: str


class WorkspaceChoice(TypedDict):
    """A clinic on the sign-in page. Demo accounts in practice mode only."""

    key: str
    name: Words
    brand: NotRequired[Brand | None]
    demo_logins: NotRequired[list[DemoLogin]]


class SignIn(TypedDict):
    """Who signs in; the workspace may be left out where there is only one."""

    workspace: NotRequired[str]
    login: str
    password: str


class Role(TypedDict):
    """A role I hold."""

    key: str
    name: Words


class User(TypedDict):
    """The person signed in. `theme` system follows the device."""

    id: str
    name: str
    login: str
    lang: Lang
    theme: Literal["light", "dark", "system"]
    roles: list[Role]


class Workspace(TypedDict):
    """The clinic I am in."""

    key: str
    name: Words


class Branch(TypedDict):
    """A site I work at."""

    id: str
    name: str
    short_name: str | None


class AppFace(TypedDict):
    """The app this clinic runs. `words` are its own names of things, by the key of a form."""

    key: str
    name: Words
    brand: Brand | None
    words: dict[str, Words]
    version: str


class Me(TypedDict):
    """The person signed in, where they are and what they may do.

    `rights` are those beside forms: export, reveal … `ahead_s`: how far a practice clinic's clock was put forward.
    """

    user: User
    workspace: Workspace
    branches: list[Branch]
    branch_id: str | None
    rights: dict[str, Json]
    app: AppFace
    zone: str
    ahead_s: int


class MeChange(TypedDict):
    """Settings of mine to change."""

    lang: NotRequired[Lang]
    theme: NotRequired[Literal["light", "dark", "system"]]
    branch_id: NotRequired[str | None]


class Happened(TypedDict):
    """What flows did while the clock was put forward: how many began, tasks made, messages written."""

    flows: int
    tasks: int
    messages: int


class PracticeClock(TypedDict):
    """Whether this is a practice clinic; there how late it is, and by how many hours its clock was put forward."""

    is_practice: bool
    now: NotRequired[str]
    ahead_hours: NotRequired[float]
    happened: NotRequired[Happened]


class PracticeStep(TypedDict):
    """By how many hours the clock goes on."""

    hours: int


class PasswordChange(TypedDict):
    """The old password and the new one."""

    old: str
    new: str


class PageTab(TypedDict):
    """A tab of a page: one view of one form."""

    key: str
    name: Words
    form: str
    view: NotRequired[str]
    icon: NotRequired[str]
    roles: NotRequired[list[str]]


class PageList(TypedDict):
    """A list of a workbench; GET /api/workbench fills it."""

    key: str
    form: str
    name: NotRequired[Words]
    columns: NotRequired[list[str]]
    filter: NotRequired[str]
    sort: NotRequired[list[str]]
    limit: NotRequired[int]
    roles: NotRequired[list[str]]
    add: NotRequired[bool]


class PageNumber(TypedDict):
    """A number of a workbench; GET /api/workbench fills it."""

    key: str
    form: str
    name: Words
    filter: NotRequired[str]
    aggregate: NotRequired[Aggregate]
    field: NotRequired[str]
    roles: NotRequired[list[str]]


class PagePlan(TypedDict):
    """An entry of the menu, with the tabs I may open."""

    key: str
    name: Words
    kind: Literal["workbench", "views", "record", "link", "dashboard"]
    icon: NotRequired[str]
    module: NotRequired[str]
    order: NotRequired[int]
    group: NotRequired[Words]
    roles: NotRequired[list[str]]
    form: NotRequired[str]
    url: NotRequired[str]
    dashboard: NotRequired[str]
    tabs: NotRequired[list[PageTab]]
    today: NotRequired[list[PageList]]
    numbers: NotRequired[list[PageNumber]]


Verbs = TypedDict(
    "Verbs",
    {
        "view": bool,
        "create": bool,
        "edit": bool,
        "delete": bool,
        "export": bool,
        "print": bool,
        "import": bool,
        "bulk_edit": bool,
        "restore": bool,
    },
)
Verbs.__doc__ = "What I may do with at least some records of a form."


class FormCard(TypedDict):
    """A form I may use."""

    key: str
    name: Words
    icon: str | None
    verbs: Verbs


class Option(TypedDict):
    """A choice. Stages say where they lead (`next`) and what must be filled to get there (`requires`)."""

    key: str
    label: Words
    color: NotRequired[str]
    parent: NotRequired[str]
    icon: NotRequired[str]
    score: NotRequired[float]
    hidden: NotRequired[bool]
    group: NotRequired[str]
    image: NotRequired[str]
    next: NotRequired[list[str]]
    requires: NotRequired[list[str]]


class OptionList(TypedDict):
    """A named list of choices that several fields share."""

    key: str
    name: Words
    module: NotRequired[str]
    options: list[Option]


class AppPlan(TypedDict):
    """Menu, forms and shared choices, as I may see them."""

    pages: list[PagePlan]
    forms: list[FormCard]
    lists: dict[str, OptionList]


# A form as I may see it.


class FieldPlan(TypedDict):
    """A field. What only its control knows stands in `config`; formulas are trees."""

    key: str
    control: str
    role: Literal["field", "computed", "virtual", "layout"]
    label: Words
    level: Level
    value_type: str | None
    operators: Annotated[list[str], Field(description="Filter operators; empty for columns of a sub-table")]
    operator_group: str
    required: bool
    read_only: bool
    config: dict[str, Json]
    help: NotRequired[Words]
    placeholder: NotRequired[Words]
    width: NotRequired[float]
    column_width: NotRequired[int]
    on_hidden: NotRequired[Literal["keep", "clear"]]
    print: NotRequired[bool]
    mask: NotRequired[str]
    search: NotRequired[str]
    default: NotRequired[Json]
    required_if: NotRequired[Tree]
    visible_if: NotRequired[Tree]
    read_only_if: NotRequired[Tree]
    default_formula: NotRequired[Tree]
    computed: NotRequired[Tree]
    stored: NotRequired[bool]
    to: NotRequired[Annotated[str, Field(description="Of a link: the form it points at")]]
    scale: NotRequired[int]
    fields: NotRequired[Annotated[list["FieldPlan"], Field(description="Of a sub-table: its columns")]]
    order: NotRequired[Annotated[list[str], Field(description="Columns in the order they are computed")]]


class SystemField(TypedDict):
    """A field every record has: number, branch, owner, when and by whom."""

    key: str
    label: Words
    value_type: str
    level: Level
    operator_group: str
    to: NotRequired[str]
    help: NotRequired[Words]
    required: NotRequired[bool]
    read_only: NotRequired[bool]
    default_formula: NotRequired[Tree]


class RulePlan(TypedDict):
    """A rule: a check with its message, fields that are locked, or fields that are set."""

    key: str
    when: Tree
    check: NotRequired[Tree]
    message: NotRequired[Words]
    at: NotRequired[str | None]
    lock: NotRequired[Annotated[Literal[True] | list[str], Field(description="true: every field")]]
    unlock: NotRequired[list[str]]
    set: NotRequired[dict[str, Tree]]


class SectionPlan(TypedDict):
    """A part of the form's layout."""

    key: str
    section: Words
    columns: int
    folded: bool
    items: list[str]
    visible_if: NotRequired[Tree]


ViewKind = Literal["table", "kanban", "calendar", "gallery", "tree", "board"]


class ViewPlan(TypedDict):
    """A way to look at many records. Fields are named by key or by path over links. `narrows`: it has a filter."""

    key: str
    kind: ViewKind
    name: Words
    columns: NotRequired[list[str]]
    sort: NotRequired[list[str]]
    group: NotRequired[str]
    totals: NotRequired[dict[str, Aggregate]]
    by: NotRequired[str]
    card: NotRequired[list[str]]
    color_if: NotRequired[dict[str, Tree]]
    color: NotRequired[str]
    start: NotRequired[str]
    end: NotRequired[str]
    title: NotRequired[str]
    resource: NotRequired[str]
    parent: NotRequired[str]
    image: NotRequired[str]
    frozen: NotRequired[int]
    edit: NotRequired[bool]
    scale: NotRequired[Literal["day", "week", "month"]]
    narrows: NotRequired[bool]


class PageTabPlan(TypedDict):
    """A tab of a record's page."""

    key: str
    kind: Literal["timeline", "form", "related", "fields"]
    name: NotRequired[Words]
    form: NotRequired[str]
    by: NotRequired[str | None]
    of: NotRequired[list[str]]
    columns: NotRequired[list[str]]
    sort: NotRequired[list[str]]
    add: NotRequired[bool]
    items: NotRequired[list[str]]
    visible_if: NotRequired[Tree]


class ActionCreate(TypedDict):
    """The record that a button creates."""

    form: str
    values: dict[str, Tree]


class ActionPlan(TypedDict):
    """A button of a record's page: fields it asks for, fields it sets, the record it creates."""

    key: str
    name: Words
    sets: list[str]
    icon: NotRequired[str]
    color: NotRequired[str]
    confirm: NotRequired[Words]
    ask: NotRequired[list[str]]
    flow: NotRequired[str]
    print: NotRequired[bool]
    visible_if: NotRequired[Tree]
    create: NotRequired[ActionCreate]


class RecordPagePlan(TypedDict):
    """A record's page: its header, the banner field, tabs and buttons. `print`: whether paper says who printed it, and when."""

    header: list[str]
    tabs: list[PageTabPlan]
    actions: list[ActionPlan]
    banner: NotRequired[str]
    print: NotRequired[Literal["plain", "marked"]]


class LinkPlan(TypedDict):
    """The form has a form by link, and I may make links to it. `link`: fields that I fill in for a link."""

    link: list[str]


class PoolPlan(TypedDict):
    """A pool from which I may take records: those without `owner` that have the values of `marks`. `view`: where it is shown."""

    key: str
    name: Words
    owner: str
    marks: dict[str, Json]
    view: str | None


class FormPlan(TypedDict):
    """A form as I may see it: hidden fields are absent, and so is all that names them."""

    key: str
    name: Words
    icon: str | None
    module: str | None
    fields: list[FieldPlan]
    system: list[SystemField]
    rules: list[RulePlan]
    layout: list[SectionPlan]
    views: list[ViewPlan]
    page: RecordPagePlan
    title: Tree
    order: Annotated[list[str], Field(description="Fields in the order they are computed")]
    verbs: Verbs
    public: LinkPlan | None
    splits: Annotated[bool, Field(description="Its records are targets that I may deal out")]
    pools: list[PoolPlan]


class PublicPlan(TypedDict):
    """The part of a form that visitors fill in."""

    key: str
    name: Words
    icon: NotRequired[str | None]
    fields: list[FieldPlan]
    rules: list[RulePlan]
    layout: list[SectionPlan]


class PublicFace(TypedDict):
    """The clinic that offers a public form."""

    key: str
    name: Words
    brand: Brand | None


class PublicFact(TypedDict):
    """One line of what the page of a message's link is about: a text, words in both languages, or a moment."""

    key: str
    label: Words
    text: NotRequired[str]
    words: NotRequired[Words]
    at: NotRequired[str]


class PublicForm(TypedDict):
    """A public form and its clinic. `closed`: why nothing is taken in any more."""

    form: str
    name: Words
    title: Words
    intro: Words
    thanks: Words
    fields: list[str]
    about: list[PublicFact]
    closed: Words | None
    plan: PublicPlan
    workspace: PublicFace


class PublicSubmission(TypedDict):
    """What a visitor filled in."""

    values: dict[str, Json]
    lang: NotRequired[Lang]


class PublicReceived(TypedDict):
    """It came in; nothing is told of what is in the house."""

    received: Literal[True]
    thanks: Words


class PublicLinkRequest(TypedDict):
    """What a link is called, and what it fills in for everybody who comes by it."""

    name: NotRequired[str]
    values: NotRequired[dict[str, Json]]


class PublicLink(TypedDict):
    """A link to a public form."""

    id: str
    token: str
    path: str
    name: str
    values: dict[str, Json]
    by: str
    by_name: str
    branch_id: str | None
    at: str


class PublicLinks(TypedDict):
    """The links to a form that I may see, newest first."""

    links: list[PublicLink]
    labels: dict[str, dict[str, str]]


# Records.


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


# What is mine: lists of today, notifications, settings.


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


class Pref(TypedDict):
    """A setting of mine; null where there is none."""

    value: Json


class SavedViews(TypedDict):
    """My own views of a form, as the browser keeps them."""

    views: list[dict[str, Json]]


# Files, exports, imports, jobs.


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


OPEN = ("RecordData",)
"""Shapes with keys of their own beside those named here."""
