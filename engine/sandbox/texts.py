"""Texts with places for values: `您好 {{ name }}，{{ start | time }} 见`, in a small part of jinja2.

What is allowed is a list: values by name, `if`, `for` (two deep), comparisons, sums, and the filters of
`text_filters`. There are no calls, no assignments, no macros, no attributes of Python objects, so all that a text
can do is written in it: its cost is at most its length times the turns of its loops, and both are capped. That is
why it is rendered here and not in the box of scripts. A rendered text is never rendered again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from jinja2 import TemplateSyntaxError, nodes, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import ChainableUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from engine.expressions.problems import Failure
from engine.problems import Problem, Rejected
from engine.sandbox import text_filters, text_problems
from engine.sandbox.text_filters import FILTERS, Shown, TextFilter, number_of, shown_text
from engine.text import Words, nearest

MOST_SOURCE = 20_000
MOST_OUTPUT = 200_000
MOST_TURNS = 10_000
MOST_DEPTH = 60
MOST_LOOPS = 2
LOOP_FACTS = frozenset({"index", "index0", "first", "last", "length"})
TESTS = frozenset({"defined", "blank", "in", "odd", "even"})
_EACH, _SHOW = "_each", "_show"

ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.If,
    nodes.For, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Test,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Concat, nodes.Neg, nodes.List, nodes.Tuple,
)  # fmt: skip

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """A value that a text names: its path, what it goes through, and the line it stands on."""

    path: Path
    filters: tuple[str, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A text that may be rendered."""

    source: str
    uses: tuple[Use, ...] = field(default=(), compare=False)

    @property
    def fields(self) -> frozenset[Path]:
        """The paths it names, without what loops name on the way."""
        return frozenset(use.path for use in self.uses)


@dataclass(frozen=True, slots=True)
class TextField:
    """What is known of a name: shown in the picker, and what the check goes by."""

    path: Path
    label: Words
    kind: str = "text"
    is_secret: bool = False
    """Health details, sealed fields, costs: only through the filter `sensitive`."""
    is_hidden: bool = False
    """Never to be named here at all."""


class TextScope(Protocol):
    """The names a text may use."""

    def field(self, path: Path) -> TextField | None:
        """Return what a path means; None where it means nothing."""

    def names(self) -> Iterable[str]:
        """Return the first names, for “did you mean”."""


def read_text(source: str, path: str = "") -> Text:
    """Return a text with the values it names. Rejected: every problem, with the line it stands on."""
    return Text(source, _read(source, path))


def check_text(text: Text, scope: TextScope, path: str = "") -> list[Problem]:
    """Return what is wrong with the names of a text: unknown ones, hidden ones, secret ones shown in the open."""
    found: dict[tuple[str, Path], Problem] = {}
    for use in text.uses:
        known = scope.field(use.path)
        said = ".".join(use.path)
        if known is None:
            close = ", ".join(nearest(use.path[0], list(scope.names()))) or "–"
            problem = text_problems.UNKNOWN.at(path, name=said, line=use.line, nearest=close)
        elif known.is_hidden:
            problem = text_problems.HIDDEN.at(path, name=said, label=known.label, line=use.line)
        elif known.is_secret and not any(FILTERS[one].hides for one in use.filters if one in FILTERS):
            problem = text_problems.SECRET.at(path, name=said, label=known.label, line=use.line)
        else:
            continue
        found.setdefault((problem.code, use.path), problem)
    return list(found.values())


def render(text: Text, values: Mapping[str, Any], shown: Shown | None = None, path: str = "") -> str:
    """Return the text with its values. Blank and unknown values show nothing. Rejected.

    `values`: nested mappings and lists of plain Python values (texts, numbers, dates, instants, true and false).
    """
    how = shown or Shown()
    pieces: list[str] = []
    length = 0
    given = {name: value for name, value in values.items() if not name.startswith("_")}
    try:
        template = _compiled(text.source, how)
        for piece in template.generate({**given, "_turns": [0]}):
            length += len(piece)
            if length > MOST_OUTPUT:
                raise Rejected(text_problems.TOO_MUCH.at(path, most=MOST_OUTPUT))
            pieces.append(piece)
    except _TooManyTurns:
        raise Rejected(text_problems.TOO_MANY_TURNS.at(path, most=MOST_TURNS)) from None
    except (TypeError, ValueError, ArithmeticError, Failure, TemplateRuntimeError):
        raise Rejected(text_problems.FAILED.at(path)) from None
    return "".join(pieces)


class _TooManyTurns(Exception):  # noqa: N818 - never leaves this module
    """All loops together have turned too often."""


class _Environment(ImmutableSandboxedEnvironment):
    """Looks into mappings and lists only; adds up numbers only."""

    intercepted_binops = frozenset({"+", "-", "*", "/"})
    intercepted_unops = frozenset({"-"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj.get(attribute)
        if attribute in LOOP_FACTS and type(obj).__name__ == "LoopContext":
            return getattr(obj, attribute)
        return None

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Mapping):
            return obj.get(argument)
        if isinstance(obj, list | tuple) and type(argument) is int:
            return obj[argument] if -len(obj) <= argument < len(obj) else None
        return None

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return super().call_binop(context, operator, number_of(left), number_of(right))

    def call_unop(self, context: Any, operator: str, arg: Any) -> Any:
        return -number_of(arg)

    def call(*_args: Any, **_kwargs: Any) -> Any:
        raise TypeError("a text calls nothing")


class _Blank(ChainableUndefined):
    """A name that is not there: shows nothing, holds nothing."""


@lru_cache(maxsize=64)
def _environment(shown: Shown) -> _Environment:
    def finalize(value: Any) -> str:
        return shown_text(value, shown)

    made = _Environment(
        undefined=_Blank,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=0,
        autoescape=False,
    )
    made.globals.clear()
    made.filters = {key: one.bound(shown) for key, one in FILTERS.items()}
    made.filters |= {_EACH: _each, _SHOW: finalize}
    made.tests = {
        "defined": lambda value: not text_filters.is_blank(value),
        "blank": text_filters.is_blank,
        "in": lambda value, group: value in group,
        "odd": lambda value: number_of(value) % 2 == 1,
        "even": lambda value: number_of(value) % 2 == 0,
    }
    return made


@lru_cache(maxsize=1024)
def _compiled(source: str, shown: Shown) -> Any:
    environment = _environment(shown)
    tree = environment.parse(source)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _EACH, [], [], None, None, lineno=loop.lineno)
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [
            nodes.Filter(part, _SHOW, [], [], None, None, lineno=joined.lineno) for part in joined.nodes
        ]
    code = environment.compile(tree)
    return environment.template_class.from_code(environment, code, {})


@pass_context
def _each(context: Any, value: Any) -> Iterator[Any]:
    turns = context["_turns"]
    for item in value if isinstance(value, list | tuple) else ():
        turns[0] += 1
        if turns[0] > MOST_TURNS:
            raise _TooManyTurns
        yield item


@lru_cache(maxsize=1024)
def _read(source: str, path: str) -> tuple[Use, ...]:
    if len(source) > MOST_SOURCE:
        raise Rejected(text_problems.TOO_LONG.at(path, most=MOST_SOURCE))
    try:
        tree = _environment(Shown()).parse(source)
        problems = list(_wrong(tree, path))
    except TemplateSyntaxError as why:
        raise Rejected(text_problems.SYNTAX.at(path, line=why.lineno, why=why.message or "")) from None
    except RecursionError:
        raise Rejected(text_problems.TOO_DEEP.at(path)) from None
    if problems:
        raise Rejected(problems)
    try:
        _compiled(source, Shown())
    except (
        TemplateSyntaxError,
        SyntaxError,
        RecursionError,
        MemoryError,
        ArithmeticError,
        TypeError,
        ValueError,
    ) as why:
        # constants are worked out here, so `{{ 1 / 0 }}` is told when the text is written
        raise Rejected(
            text_problems.SYNTAX.at(path, line=getattr(why, "lineno", None) or 1, why=str(why))
        ) from None
    return tuple(_uses(tree, {}))


def _wrong(tree: nodes.Template, path: str) -> Iterator[Problem]:
    """Yield every part of a text that is not on the list."""
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if depth > MOST_DEPTH:
            yield text_problems.TOO_DEEP.at(path)
            return
        if isinstance(node, nodes.For):
            loops += 1
        problem = _forbidden(node, loops, path)
        if problem is not None:
            yield problem
            continue
        stack.extend((child, depth + 1, loops) for child in node.iter_child_nodes())


def _forbidden(node: nodes.Node, loops: int, path: str) -> Problem | None:
    line = node.lineno
    if not isinstance(node, ALLOWED):
        return text_problems.FORBIDDEN.at(path, what=type(node).__name__.lower(), line=line)
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS or node.node is None:
            close = ", ".join(nearest(node.name, list(FILTERS))) or "–"
            return text_problems.NO_FILTER.at(path, name=node.name, line=line, nearest=close)
        if node.kwargs or node.dyn_args or node.dyn_kwargs or len(node.args) > FILTERS[node.name].most_args:
            return text_problems.FILTER_ARGS.at(path, name=node.name, line=line)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return text_problems.FORBIDDEN.at(path, what=f"is {node.name}", line=line)
    if isinstance(node, nodes.For) and (
        loops > MOST_LOOPS or node.recursive or not isinstance(node.target, nodes.Name)
    ):
        return text_problems.LOOPS.at(path, line=line, most=MOST_LOOPS)
    name = node.name if isinstance(node, nodes.Name) else node.attr if isinstance(node, nodes.Getattr) else ""
    if name.startswith("_"):
        return text_problems.FORBIDDEN.at(path, what=name, line=line)
    if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
        return text_problems.FORBIDDEN.at(path, what="[…]", line=line)
    return None


def _uses(node: nodes.Node, loops: Mapping[str, Path], filters: tuple[str, ...] = ()) -> Iterator[Use]:
    """Yield the values a text names; the item of a loop stands for the list it comes from."""
    if isinstance(node, nodes.For):
        yield from _uses(node.iter, loops)
        base = _path(node.iter, loops)
        target = node.target
        inner = {**loops, target.name: base} if base is not None and isinstance(target, nodes.Name) else loops
        for part in (*([node.test] if node.test else ()), *node.body):
            yield from _uses(part, inner)
        for part in node.else_:
            yield from _uses(part, loops)
        return
    if isinstance(node, nodes.Filter) and node.node is not None:
        yield from _uses(node.node, loops, (*filters, node.name))
        for part in node.args:
            yield from _uses(part, loops)
        return
    path = _path(node, loops)
    if path is not None:
        if path[0] != "loop":
            yield Use(path, filters, node.lineno)
        return
    for child in node.iter_child_nodes():
        yield from _uses(child, loops)


def _path(node: nodes.Node, loops: Mapping[str, Path]) -> Path | None:
    if isinstance(node, nodes.Name):
        return loops.get(node.name, (node.name,))
    if isinstance(node, nodes.Filter):
        return _path(node.node, loops) if node.node is not None else None
    if isinstance(node, nodes.Getattr):
        base = _path(node.node, loops)
        return None if base is None else (*base, node.attr)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        base = _path(node.node, loops)
        if base is None:
            return None
        return (*base, node.arg.value) if isinstance(node.arg.value, str) else base
    return None


__all__ = [
    "FILTERS", "Path", "Shown", "Text", "TextField", "TextFilter", "TextScope", "Use", "check_text", "read_text", "render",
]  # fmt: skip
