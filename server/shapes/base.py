"""What every room shares: words in both languages, problems, a few aliases."""

from typing import Any, Literal, NotRequired

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
