"""The language of scripts: Python without classes, imports, attributes of its objects or anything of the machine.

It keeps mistakes small; what keeps malice in is the walls. Needs nothing of this house, since the box imports it alone.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from RestrictedPython.compile import compile_restricted_exec
from RestrictedPython.Guards import guarded_iter_unpack_sequence, guarded_unpack_sequence
from RestrictedPython.transformer import RestrictingNodeTransformer

MOST_SOURCE = 20_000
MOST_NODES = 5_000
MOST_PRINTED = 10_000

_STR = """capitalize casefold center count endswith find index isalnum isalpha isdecimal isdigit islower isspace isupper
join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split
splitlines startswith strip swapcase title upper zfill"""
_DATE = "year month day isoformat weekday isoweekday replace strftime toordinal"
_TIME = "hour minute second microsecond"
METHODS: Mapping[type, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in (
        (str, _STR),
        (list, "append clear copy count extend index insert pop remove reverse sort"),
        (dict, "clear copy get items keys pop popitem setdefault update values"),
        (
            set,
            "add clear copy difference discard intersection isdisjoint issubset issuperset pop remove union update",
        ),
        (tuple, "count index"),
        (Decimal, "as_integer_ratio copy_abs is_finite is_nan is_signed quantize to_integral_value"),
        (date, _DATE),
        (datetime, f"{_DATE} {_TIME} date time timestamp"),
        (time, f"{_TIME} isoformat replace strftime"),
        (timedelta, "days seconds microseconds total_seconds"),
    )
}
STATIC = {date: frozenset({"fromisoformat", "fromordinal"}), datetime: frozenset({"fromisoformat", "combine"}),
          time: frozenset({"fromisoformat"})}  # fmt: skip


class CallRefused(Exception):  # noqa: N818 - scripts catch it by this name
    """What the house answers when it will not do what a script asked."""


class Policy(RestrictingNodeTransformer):
    """What may be written. Errors are told with their line."""

    def _no(self, node: ast.AST) -> None:
        self.error(node, f"{type(node).__name__} statements are not allowed.")

    visit_ClassDef = visit_Import = visit_ImportFrom = visit_Global = visit_Nonlocal = _no
    visit_TryStar = visit_AsyncFunctionDef = visit_Await = visit_Yield = visit_YieldFrom = _no

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        """`totals[name] += 1` is `totals[name] = totals[name] + 1`, so that both go through the guards."""
        target = node.target
        if not isinstance(target, ast.Subscript):
            return super().visit_AugAssign(node)
        read = ast.Subscript(deepcopy(target.value), deepcopy(target.slice), ast.Load())
        plainly = ast.Assign([target], ast.BinOp(read, node.op, node.value))
        return self.visit(ast.fix_missing_locations(ast.copy_location(plainly, node)))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        """A bare `except` would also catch the end of time."""
        if node.type is None:
            node.type = ast.copy_location(ast.Name("Exception", ast.Load()), node)
        return super().visit_ExceptHandler(node)


def wrong(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for everything in a script that is not allowed; nothing is run."""
    yield from _compiled(source)[1]


def _compiled(source: str) -> tuple[Any, list[tuple[int, str]]]:
    if len(source) > MOST_SOURCE:
        return None, [(1, f"more than {MOST_SOURCE} characters")]
    try:
        tree = ast.parse(source)
    except SyntaxError as why:
        return None, [(why.lineno or 1, why.msg)]
    except (RecursionError, MemoryError, ValueError) as why:
        return None, [(1, str(why) or "nested too deeply")]
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        return None, [(1, f"more than {MOST_NODES} parts")]
    try:
        made = compile_restricted_exec(source, "<script>", policy=Policy)
    except (RecursionError, MemoryError, SyntaxError, ValueError) as why:
        return None, [(1, str(why) or "nested too deeply")]
    return made.code, [_told(one) for one in made.errors]


def _told(error: str) -> tuple[int, str]:
    head, _, rest = error.partition(": ")
    number = head.removeprefix("Line ")
    return (int(number), rest) if number.isdigit() else (1, error)


def run(source: str, given: Mapping[str, Any], calls: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    """Run a script; return `{"result", "printed"}`, or `{"error": {"kind", "line", "why"}}`. Only ever called in the box."""
    code, errors = _compiled(source)
    if errors:
        return {"error": {"kind": "refused", "line": errors[0][0], "why": errors[0][1]}}
    printed: list[str] = []
    names: dict[str, Any] = {**_guards(printed), **calls, "given": given, "result": None}
    try:
        exec(code, names)
        return {"result": plain(names["result"]), "printed": printed}
    except MemoryError:
        return {"error": {"kind": "memory", "line": 1, "why": ""}}
    except Exception as why:
        return {"error": {"kind": "failed", "line": _line(why), "why": f"{type(why).__name__}: {why}"[:500]}}


def _line(why: BaseException) -> int:
    line, trace = 1, why.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<script>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON: decimals and dates as text. Raises TypeError for what has no JSON."""
    if depth > 40:
        raise TypeError("nested too deeply")
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, float):
        return str(Decimal(repr(value)))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(Decimal(str(value.total_seconds())))
    if isinstance(value, dict):
        return {str(key): plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(one, depth + 1) for one in value), key=str)
    raise TypeError(f"{type(value).__name__} is not data")


def _attribute(thing: Any, name: str) -> Any:
    allowed = STATIC.get(thing) if isinstance(thing, type) else METHODS.get(type(thing))
    if allowed is None or name not in allowed:
        raise AttributeError(name)
    return getattr(thing, name)


def _item(thing: Any, key: Any) -> Any:
    if type(thing) not in (str, list, tuple, dict):
        raise TypeError("only texts, lists and dicts have items")
    return thing[key]


def _written(thing: Any) -> Any:
    if type(thing) not in (list, dict):
        raise TypeError("only lists and dicts can be changed")
    return thing


_IN_PLACE: Mapping[str, Callable[[Any, Any], Any]] = {
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "/=": operator.itruediv, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "|=": operator.ior, "&=": operator.iand, "^=": operator.ixor,
}  # fmt: skip


def _guards(printed: list[str]) -> dict[str, Any]:
    room = [MOST_PRINTED]

    class Printer:
        def __init__(self, _getattr: Any = None) -> None:
            pass

        def _call_print(self, *values: Any, **_settings: Any) -> None:
            text = " ".join(str(one) for one in values)[: room[0]]
            room[0] -= len(text)
            if text:
                printed.append(text)

    return {
        "__builtins__": _BUILTINS,
        "__name__": "script",
        "__metaclass__": type,
        "_getattr_": _attribute,
        "_getitem_": _item,
        "_getiter_": iter,
        "_write_": _written,
        "_inplacevar_": lambda op, left, right: _IN_PLACE[op](left, right),
        "_unpack_sequence_": guarded_unpack_sequence,
        "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
        "_print_": Printer,
    }


_BUILTINS: dict[str, Any] = {
    one.__name__: one
    for one in (
        abs, all, any, bool, dict, divmod, enumerate, filter, int, isinstance, len, list, map, max, min, range, repr,
        reversed, round, set, slice, sorted, str, sum, tuple, zip, Exception, ArithmeticError, AttributeError,
        IndexError, KeyError, LookupError, TypeError, ValueError, ZeroDivisionError, InvalidOperation, Decimal, date,
        datetime, time, timedelta, CallRefused,
    )
} | {"True": True, "False": False, "None": None}  # fmt: skip
