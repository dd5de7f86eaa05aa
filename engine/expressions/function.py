"""What a function of the formula language is: one entry of a family file in `functions/`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.expressions.types import ExprType
from engine.registry import Registry

Closure = Callable[[Any], Any]
"""A compiled part of a formula: context in, value out."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One place of a signature. `type` is a formula type, or one of the words in `Function.signature`."""

    name: str
    type: str
    optional: bool = False


_PARAMETER = re.compile(r"(\w+)(\?)?: ?([\w ]+)")


@dataclass(frozen=True)
class Function:
    """A function: its words, its types, its meaning in Python and, where it can, in SQL.

    `signature`: `"value: number, digits?: number -> number"`. Types are those of `ExprType`, lists as `list of text`,
    and: `moment` (date or datetime), `numbers`, `values` and `moments` (one or a list, flattened), `any`, `K` and `T` (all the same type),
    `list` (of anything; `item` is its item in the result), `each` (a formula worked out for every item as `{row}`).
    `repeat`: how many of the last parameters may come again and again.

    `body` gets the values (the context first if `needs_context`). Blank numbers, dates … make the result blank without
    a call, blank texts arrive as "", unless `blank` is "pass". `compile` replaces the body where arguments are lazy.

    `pg` builds plain SQL for PostgreSQL from the builder and the arguments; SQLite calls `body` itself, registered as
    a function, so that both mean the same. `fails` builds the condition under which the operation fails; needed where
    `pg` is given and the body can raise `Failure`. `sql` replaces all three with a builder over `Sql` parts for both.
    """

    name: str
    alias: str
    zh: str
    en: str
    signature: str
    example: str
    result: Any
    body: Callable[..., Any] | None = None
    repeat: int = 0
    blank: str = "null"
    needs_context: bool = False
    is_volatile: bool = False
    clock: str = ""
    """What of the clock its value hangs on: `day` (it turns with the day), `moment`; `else`: on what nobody hears of."""
    compile: Callable[[Any, Sequence[Closure]], Closure] | None = None
    type_of: Callable[[Sequence[ExprType]], ExprType] | None = None
    pg: Callable[..., Any] | None = None
    sql: Callable[..., Any] | None = None
    fails: Callable[..., Any] | None = None
    check: Callable[[Any], Any] | None = None
    """Looks at the typed call and yields (code, position, params) for literal arguments that cannot work."""
    family: str = field(default="", compare=False)

    @property
    def kind(self) -> str:
        return self.name

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        given, _ = self.signature.rsplit("->", 1)
        return tuple(
            Parameter(name, kind.strip(), bool(mark)) for name, mark, kind in _PARAMETER.findall(given)
        )

    @property
    def returns(self) -> str:
        return self.signature.rsplit("->", 1)[1].strip()

    @property
    def is_sql(self) -> bool:
        """Whether both databases can work it out, with the same result."""
        return self.pg is not None or self.sql is not None

    @property
    def least(self) -> int:
        """How many arguments there must be."""
        return sum(1 for p in self.parameters if not p.optional)

    @property
    def most(self) -> int | None:
        """How many arguments there may be; None: any number."""
        return None if self.repeat else len(self.parameters)

    def parameter(self, at: int) -> Parameter:
        """Return the parameter that argument `at` stands for."""
        if at < len(self.parameters):
            return self.parameters[at]
        over = (at - len(self.parameters)) % self.repeat
        return self.parameters[len(self.parameters) - self.repeat + over]


FUNCTIONS: Registry[Function] = Registry(
    "engine.expressions.functions", "FUNCTIONS", {"zh": "函数", "en": "function"}
)


def find(name: str) -> Function | None:
    """Return the function by its name in any case, or by its Chinese alias."""
    upper = name.upper()
    found = FUNCTIONS.all().get(upper)
    return found or _aliases().get(upper)


def names() -> list[str]:
    """Return every name and alias."""
    return [*FUNCTIONS.all(), *_aliases()]


def _aliases() -> dict[str, Function]:
    if not _ALIASES:
        _ALIASES.update({one.alias.upper(): one for one in FUNCTIONS if one.alias})
    return _ALIASES


_ALIASES: dict[str, Function] = {}
