"""The shapes of the app a person is offered: its menu, its pages and choices."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Aggregate, Json, Words


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


class Pref(TypedDict):
    """A setting of mine; null where there is none."""

    value: Json


class SavedViews(TypedDict):
    """My own views of a form, as the browser keeps them."""

    views: list[dict[str, Json]]
