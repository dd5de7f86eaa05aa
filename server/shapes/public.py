"""The shapes of forms that are open to the public."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from server.shapes.base import Json, Lang, Words
from server.shapes.forms import FieldPlan, RulePlan, SectionPlan
from server.shapes.session import Brand


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
