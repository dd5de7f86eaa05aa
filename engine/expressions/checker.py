"""Gives every part of a formula its type, and finds all that does not fit, each at its place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

from engine.expressions.function import Function, Parameter, find, names
from engine.expressions.nodes import Node
from engine.expressions.problems import (
    ARGUMENTS,
    BAD_LITERAL,
    NOT_COMPARABLE,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    WRONG_TYPE,
    located,
)
from engine.expressions.typed import Checked, Typed
from engine.expressions.types import (
    ANY,
    BLANK,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    NUMBER,
    OPTION,
    RANGE,
    TEXT,
    TIME,
    ExprType,
    list_of,
)
from engine.problems import Code, Problem, Rejected
from engine.text import nearest


class TypeScope(Protocol):
    """Says which fields a formula may name."""

    def field(self, path: tuple[str, ...]) -> ExprType | None: ...

    def names(self) -> Iterable[str]: ...


_NAMED = {
    t.name: t for t in (NUMBER, TEXT, BOOL, DATE, DATETIME, TIME, DURATION, OPTION, RANGE, JSON, BLANK, ANY)
}
_TEXTLIKE = frozenset({"text", "option", "record"})
_MOMENTS = frozenset({"date", "datetime"})
_WORDS = {
    "number": ("数字", "a number"), "text": ("文字", "text"), "bool": ("是或否", "yes or no"), "date": ("日期", "a date"),
    "datetime": ("日期时间", "a date with time"), "time": ("时间", "a time of day"), "duration": ("时长", "a duration"),
    "option": ("选项", "an option"), "record": ("记录", "a record"), "list": ("列表", "a list"), "range": ("范围", "a range"),
    "json": ("结构化数据", "structured data"), "blank": ("空值", "a blank"), "any": ("任意值", "any value"), "moment": ("日期", "a date"),
}  # fmt: skip
_TIPS = {
    ("number", "text"): ("文字转数字用 VALUE()", "VALUE() turns text into a number"),
    ("number", "list"): ("列表可用 SUM() 或 COUNTROWS()", "SUM() or COUNTROWS() make one number of a list"),
    ("date", "text"): ("文字转日期用 DATEVALUE()", "DATEVALUE() turns text into a date"),
    ("text", "list"): ("列表转文字用 JOIN()", "JOIN() makes one text of a list"),
}
_COMPARE = frozenset({"=", "<>", "<", "<=", ">", ">="})


def words(kind: ExprType | str) -> dict[str, str]:
    """Return the name of a type as people say it."""
    name = kind if isinstance(kind, str) else kind.name
    zh, en = _WORDS.get(name, (name, name))
    if isinstance(kind, ExprType) and kind.item is not None:
        inner = words(kind.item)
        return {"zh": f"{inner['zh']}的列表", "en": f"a list ({inner['en']})"}
    return {"zh": zh, "en": en}


def check(node: Node, scope: TypeScope, expect: ExprType | None = None, path: str = "") -> Checked:
    """Return the checked formula, or raise Rejected with every problem found.

    `expect`: the type the place asks for (a condition asks for bool).
    """
    checker = _Checker(scope, node.source, path)
    root = checker.typed(node)
    if expect is not None and not checker.problems:
        root = checker.want(root, expect)
    if checker.problems:
        raise Rejected(checker.problems)
    deterministic, sql = True, True
    waiting = [root]
    while waiting:
        part = waiting.pop()
        waiting.extend(part.args)
        if part.function is not None:
            deterministic = deterministic and not part.function.is_volatile
            sql = sql and part.function.is_sql
        if part.type == ANY or part.kind == "each":
            sql = False
    return Checked(node, root, root.type, frozenset(checker.fields), deterministic, sql, node.source)


class _Checker:
    """Walks one formula. Chains like a+b+c+… are walked in a loop, so depth is bounded by the parser's limit."""

    def __init__(self, scope: TypeScope, text: str, path: str) -> None:
        self.scope, self.text, self.path = scope, text, path
        self.problems: list[Problem] = []
        self.fields: set[tuple[str, ...]] = set()
        self.rows: list[tuple[ExprType, tuple[str, ...] | None]] = []

    def say(self, code: Code, position: int, **params: object) -> None:
        self.problems.append(located(code, self.text, position, self.path, **params))

    def typed(self, node: Node) -> Typed:
        chain = []
        while node.kind == "op" and node.args[0].kind == "op":
            chain.append(node)
            node = node.args[0]
        done = self._one(node)
        for outer in reversed(chain):
            done = self._operation(outer, done, self.typed(outer.args[1]))
        return done

    def _one(self, node: Node) -> Typed:
        match node.kind:
            case "lit":
                return Typed("lit", _literal_type(node.value), node.position, node.value)
            case "field":
                return self._field(node)
            case "call":
                return self._call(node)
            case "op":
                return self._operation(node, self.typed(node.args[0]), self.typed(node.args[1]))
            case "neg" | "pct":
                inner = self.typed(node.args[0])
                if node.kind == "neg" and inner.type == DURATION:
                    return Typed("neg", DURATION, node.position, None, (inner,))
                return Typed(node.kind, NUMBER, node.position, None, (self.want(inner, NUMBER),))
            case "not":
                return Typed("not", BOOL, node.position, None, (self.want(self.typed(node.args[0]), BOOL),))
            case _:
                return self._list(node, [self.typed(one) for one in node.args])

    def _field(self, node: Node) -> Typed:
        path: tuple[str, ...] = node.value
        if path[0] == "row" and self.rows:
            return self._row_field(node, path)
        kind = self.scope.field(path)
        if kind is None:
            close = ", ".join(nearest(".".join(path), self.scope.names())) or "–"
            self.say(UNKNOWN_FIELD, node.position, name=".".join(path), nearest=close)
            return Typed("field", ANY, node.position, path)
        self.fields.add(path)
        return Typed("field", kind, node.position, path)

    def _row_field(self, node: Node, path: tuple[str, ...]) -> Typed:
        item, source = self.rows[-1]
        if len(path) == 1:
            return Typed("field", item, node.position, path)
        found: ExprType | None = None
        if source is not None:
            found = self.scope.field(source + path[1:])
            if found is not None:
                self.fields.add(source + path[1:])
        elif item.name in ("record", "json", "any"):
            found = ANY
        if found is None:
            self.say(UNKNOWN_FIELD, node.position, name=".".join(path), nearest="row")
            return Typed("field", ANY, node.position, path)
        return Typed("field", found.item if found.item and source else found, node.position, path)

    def _list(self, node: Node, items: list[Typed]) -> Typed:
        kind = self._common([one.type for one in items]) or ANY
        inside = tuple(self.want(one, kind) for one in items)
        return Typed("list", list_of(kind), node.position, None, inside)

    def _operation(self, node: Node, left: Typed, right: Typed) -> Typed:
        op = node.value
        if op in _COMPARE:
            return self._comparison(node, left, right)
        if op == "in":
            return self._membership(node, left, right)
        if op == "&":
            return Typed("op", TEXT, node.position, "&", (self.want(left, TEXT), self.want(right, TEXT)))
        kind, wanted_left, wanted_right = _arithmetic(op, left.type, right.type)
        args = (self.want(left, wanted_left), self.want(right, wanted_right))
        return Typed("op", kind, node.position, op, args)

    def _comparison(self, node: Node, left: Typed, right: Typed) -> Typed:
        left, right = self._read_like(left, right.type), self._read_like(right, left.type)
        kind = self._common([left.type, right.type], mixed=False)
        if kind is None or (kind.item is not None and node.value not in ("=", "<>")):
            pair = (left.type.name, right.type.name)
            tip = next(
                (_TIPS[p] for p in (pair, pair[::-1]) if p in _TIPS),
                ("请比较同类的值", "Compare values of one kind"),
            )
            self.say(
                NOT_COMPARABLE,
                node.position,
                left=words(left.type),
                right=words(right.type),
                tip={"zh": tip[0], "en": tip[1]},
            )
            return Typed("op", BOOL, node.position, node.value, (left, right))
        return Typed("op", BOOL, node.position, node.value, (self.want(left, kind), self.want(right, kind)))

    def _membership(self, node: Node, item: Typed, among: Typed) -> Typed:
        if among.kind == "call" and among.function and among.function.name == "LAST" and len(among.args) == 2:
            among = Typed("call", RANGE, among.position, None, among.args, find("LASTPERIOD"))
        if among.type == RANGE:
            wanted = DATETIME if item.type == DATETIME else DATE
            return Typed("op", BOOL, node.position, "within", (self.want(item, wanted), among))
        if among.type.item is None and among.type != ANY:
            among = Typed("list", list_of(among.type), among.position, None, (among,))
        inner = among.type.item or ANY
        if among.kind == "list":
            among = self._retyped(among, item.type)
            inner = among.type.item or ANY
        kind = self._common([item.type, inner], mixed=False)
        if kind is None:
            tip = {"zh": "请比较同类的值", "en": "Compare values of one kind"}
            self.say(NOT_COMPARABLE, node.position, left=words(item.type), right=words(inner), tip=tip)
            return Typed("op", BOOL, node.position, "in", (item, among))
        args = (self.want(item, kind), self.want(among, list_of(kind)))
        return Typed("op", BOOL, node.position, "in", args)

    def _retyped(self, among: Typed, kind: ExprType) -> Typed:
        items = tuple(self._read_like(one, kind) for one in among.args)
        common = self._common([one.type for one in items]) or ANY
        return Typed(
            "list", list_of(common), among.position, None, tuple(self.want(one, common) for one in items)
        )

    def _read_like(self, part: Typed, other: ExprType) -> Typed:
        """Return a text literal read as a date or time where it stands beside one."""
        if part.kind != "lit" or part.type != TEXT or other.name not in ("date", "datetime", "time"):
            return part
        if not part.value:
            return Typed("lit", BLANK, part.position)
        wanted = TIME if other == TIME else DATE
        if other == DATETIME and len(part.value) > 10:
            wanted = DATETIME
        return self.want(part, wanted)

    def _call(self, node: Node) -> Typed:
        function = find(node.value)
        if function is None:
            close = ", ".join(nearest(node.value.upper(), names())) or "–"
            self.say(UNKNOWN_FUNCTION, node.position, name=node.value, nearest=close)
            for one in node.args:
                self.typed(one)
            return Typed("call", ANY, node.position)
        count = len(node.args)
        if function.name == "LAST" and count == 2:
            function = find("LASTPERIOD") or function
        if count < function.least or (function.most is not None and count > function.most):
            wanted = f"{function.least}" + (
                "" if function.most == function.least else f"–{function.most or '…'}"
            )
            self.say(
                ARGUMENTS,
                node.position,
                name=function.name,
                wanted=wanted,
                given=count,
                signature=function.signature,
            )
            return Typed("call", ANY, node.position)
        return self._resolved(node, function)

    def _resolved(self, node: Node, function: Function) -> Typed:
        params = _places(function, len(node.args))
        args: list[Typed] = []
        for param, arg in zip(params, node.args, strict=True):
            args.append(self._each(arg, args) if param.type.startswith("each") else self.typed(arg))
        return self._fitted(node, function, params, args)

    def _fitted(
        self, node: Node, function: Function, params: Sequence[Parameter], args: list[Typed]
    ) -> Typed:
        bound: dict[str, ExprType] = {}
        for variable in ("T", "K"):
            places = [at for at, p in enumerate(params) if p.type in (variable, f"list of {variable}")]
            if not places:
                continue
            kinds = [
                args[at].type.item or ANY if params[at].type != variable else args[at].type for at in places
            ]
            for at in places:
                other = next((k for k in kinds if k.name in ("date", "datetime", "time")), ANY)
                args[at] = self._read_like(args[at], other)
            kinds = [
                args[at].type.item or ANY if params[at].type != variable else args[at].type for at in places
            ]
            bound[variable] = self._common(kinds) or ANY
        fitted = tuple(self._fit(arg, param.type, bound) for arg, param in zip(args, params, strict=True))
        kind = self._result(function, fitted, bound)
        call = Typed("call", kind, node.position, None, fitted, function)
        if function.check is not None and not self.problems:
            for code, position, more in function.check(call):
                self.say(code, position, **more)
        return call

    def _result(self, function: Function, args: Sequence[Typed], bound: Mapping[str, ExprType]) -> ExprType:
        if function.type_of is not None:
            return function.type_of([one.type for one in args])
        returns = function.returns
        many = returns.startswith("list of ")
        inner = returns.removeprefix("list of ")
        if inner in bound:
            kind = bound[inner]
        elif inner == "item":
            kind = (args[0].type.item or ANY) if args else ANY
        elif inner == "moment":
            kind = args[0].type if args[0].type.name in _MOMENTS else DATE
        else:
            kind = _NAMED[inner]
        return list_of(kind) if many else kind

    def _each(self, body: Node, before: list[Typed]) -> Typed:
        source = before[0] if before else None
        item = (source.type.item if source else None) or ANY
        self.rows.append((item, _source_path(source)))
        inner = self.typed(body)
        self.rows.pop()
        return Typed("each", inner.type, body.position, None, (inner,))

    def _fit(self, arg: Typed, wanted: str, bound: Mapping[str, ExprType]) -> Typed:
        if wanted.startswith("each"):
            if wanted == "each bool":
                inner = self.want(arg.args[0], BOOL)
                return Typed("each", BOOL, arg.position, None, (inner,))
            return arg
        if wanted in bound:
            return self.want(arg, bound[wanted])
        if wanted in ("values", "any"):
            return arg
        if wanted == "numbers":
            return self.want(arg, list_of(NUMBER) if arg.type.item is not None else NUMBER)
        if wanted in ("moment", "moments"):
            return self._moment(arg)
        if wanted == "list":
            return arg if arg.type.item is not None or arg.type == ANY else self.want(arg, list_of(arg.type))
        if wanted.startswith("list of "):
            item = wanted.removeprefix("list of ")
            return self.want(arg, list_of(bound[item] if item in bound else _NAMED[item]))
        return self.want(arg, _NAMED[wanted])

    def _moment(self, arg: Typed) -> Typed:
        if arg.type.name in _MOMENTS or arg.type in (ANY, BLANK):
            return arg
        if arg.type.item is not None and arg.type.item.name in (*_MOMENTS, "any"):
            return arg
        if arg.kind == "lit" and arg.type == TEXT:
            return self.want(arg, DATETIME if len(arg.value) > 10 else DATE)
        return self.want(arg, DATE)

    def want(self, part: Typed, wanted: ExprType) -> Typed:
        """Return `part` as `wanted`, converted where that is harmless; else note the problem."""
        have = part.type
        if wanted in (have, ANY) or have.name == wanted.name == "record":
            return part
        if have == BLANK:
            return Typed("lit", wanted, part.position)
        if wanted == TEXT and have.name in ("option", "record"):
            return Typed(part.kind, TEXT, part.position, part.value, part.args, part.function)
        if have.name in _TEXTLIKE and wanted.name in ("option", "record"):
            return Typed(part.kind, wanted, part.position, part.value, part.args, part.function)
        if part.kind == "lit" and have == TEXT and wanted.name in _READERS:
            return self._read_literal(part, wanted)
        if wanted.item is not None:
            return self._want_list(part, wanted)
        if _converts(have, wanted):
            return Typed("to", wanted, part.position, None, (part,))
        tip = _TIPS.get((wanted.name, have.name), ("请换一个字段或函数", "Use another field or function"))
        self.say(
            WRONG_TYPE,
            part.position,
            wanted=words(wanted),
            given=words(have),
            tip={"zh": tip[0], "en": tip[1]},
        )
        return part

    def _want_list(self, part: Typed, wanted: ExprType) -> Typed:
        inner: ExprType = wanted.item or ANY
        have = part.type
        if part.kind == "list":
            return Typed(
                "list", wanted, part.position, None, tuple(self.want(one, inner) for one in part.args)
            )
        if have.item is None and have != ANY:
            return Typed("list", wanted, part.position, None, (self.want(part, inner),))
        if have == ANY or have.item in (ANY, BLANK) or inner == ANY:
            return part
        if have.item is not None and have.item.name in _TEXTLIKE and inner.name in _TEXTLIKE:
            return Typed(part.kind, wanted, part.position, part.value, part.args, part.function)
        if have.item is not None and _converts(have.item, inner):
            return Typed("to", wanted, part.position, None, (part,))
        self.say(
            WRONG_TYPE,
            part.position,
            wanted=words(wanted),
            given=words(have),
            tip={"zh": "请换一个字段", "en": "Use another field"},
        )
        return part

    def _read_literal(self, part: Typed, wanted: ExprType) -> Typed:
        try:
            return Typed("lit", wanted, part.position, _READERS[wanted.name](part.value))
        except ValueError:
            self.say(BAD_LITERAL, part.position, given=part.value, wanted=words(wanted))
            return Typed("lit", wanted, part.position)

    def _common(self, kinds: Sequence[ExprType], mixed: bool = True) -> ExprType | None:
        """Return the type that all can take; ANY (or None unless `mixed`) where there is none."""
        found: ExprType = BLANK
        for kind in kinds:
            joined = _joined(found, kind)
            if joined is None:
                return ANY if mixed else None
            found = joined
        return found


def _literal_type(value: Any) -> ExprType:
    if value is None:
        return BLANK
    if isinstance(value, bool):
        return BOOL
    return NUMBER if isinstance(value, Decimal) else TEXT


def _joined(one: ExprType, other: ExprType) -> ExprType | None:
    if other in (one, BLANK):
        return one
    if one == BLANK or ANY in (one, other):
        return other if one == BLANK else ANY
    pair = {one.name, other.name}
    if pair == {"list"}:
        inner = _joined(one.item or ANY, other.item or ANY)
        return None if inner is None else list_of(inner)
    if pair == _MOMENTS:
        return DATETIME
    if pair == {"number", "bool"}:
        return NUMBER
    if pair == {"record"}:
        return one
    if pair == {"option", "text"}:
        # an option is its key: it stays exact, without regard to letter case
        return OPTION
    return TEXT if pair <= _TEXTLIKE else None


def _converts(have: ExprType, wanted: ExprType) -> bool:
    if have == ANY:
        return True
    if wanted == TEXT:
        return have.name in ("number", "bool", "date", "datetime", "time", "duration")
    return (have.name, wanted.name) in {
        ("bool", "number"), ("number", "bool"), ("date", "datetime"), ("datetime", "date"), ("datetime", "time"), ("record", "json"),
        ("duration", "number"),
    }  # fmt: skip


def _arithmetic(op: str, left: ExprType, right: ExprType) -> tuple[ExprType, ExprType, ExprType]:
    """Return result and operand types of `+ - * / ^`."""
    a, b = left.name, right.name
    if op == "-" and a in _MOMENTS and b in _MOMENTS:
        return (NUMBER, DATE, DATE) if a == b == "date" else (DURATION, DATETIME, DATETIME)
    if op in "+-" and a in _MOMENTS:
        if b == "duration":
            return DATETIME, DATETIME, DURATION
        return left, left, NUMBER
    if op == "+" and b in _MOMENTS:
        return (DATETIME, DURATION, DATETIME) if a == "duration" else (right, NUMBER, right)
    if op in "+-" and "duration" in (a, b):
        return DURATION, DURATION, DURATION
    if op == "*" and a == "duration":
        return DURATION, DURATION, NUMBER
    if op == "*" and b == "duration":
        return DURATION, NUMBER, DURATION
    if op == "/" and a == "duration":
        return (NUMBER, DURATION, DURATION) if b == "duration" else (DURATION, DURATION, NUMBER)
    return NUMBER, NUMBER, NUMBER


def _read_date(text: str) -> date:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text)


def _read_datetime(text: str) -> Any:
    from engine.expressions.moments import read_local

    return read_local(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "date": _read_date,
    "datetime": _read_datetime,
    "time": time.fromisoformat,
}


def _source_path(source: Typed | None) -> tuple[str, ...] | None:
    """Return the field that a list's rows come from, looking through FILTER, SORT and the like."""
    while source is not None and source.kind in ("call", "to") and source.args:
        source = source.args[0]
    return source.value if source is not None and source.kind == "field" else None


def _places(function: Function, count: int) -> list[Parameter]:
    """Return the parameter of each argument; a left-over last one of a repeating pair is the pair's second."""
    params = [function.parameter(at) for at in range(count)]
    if function.repeat == 2 and count > 1 and params[-1].type != function.parameters[-1].type:
        params[-1] = function.parameters[-1]
    return params
