"""The shapes of a form as a person may see it: fields, rules, sections, views, actions."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from server.shapes.base import Aggregate, Json, Level, Tree, Words
from server.shapes.pages import Verbs


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
