"""Findings about conditions: values for which no branch is open, and branches that are never taken (F05, F06).

Where conditions only compare names with fixed values, a few sample values stand for all: between two neighbouring fixed
values every condition gives the same, so each fixed value, each gap between and blank decide the matter exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

from engine.expressions import holds
from engine.expressions.typed import Typed
from flow_engine.plan import FlowPlan, Formula, NodePlan
from flow_engine.soundness.finding import F05, F06, STOP, WARN, Finding, label, place

Path = tuple[str, ...]
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
MOST_SAMPLES = 4_000
OTHER = "\u0001other"
"""A text that no definition writes: stands for every value not named."""
_NAMES = {"other": {"zh": "其他值", "en": "any other value"}, "blank": {"zh": "为空", "en": "is blank"}}


def condition_findings(plan: FlowPlan) -> Iterator[Finding]:
    """Yield them for every branching node."""
    for node in plan.nodes.values():
        if node.kind in ("switch", "inclusive"):
            yield from branch_findings(plan, node, "ways")
        elif node.kind == "decide":
            yield from branch_findings(plan, node, "rows")


def branch_findings(plan: FlowPlan, node: NodePlan, name: str) -> Iterator[Finding]:
    """Yield gaps and dead branches of one node."""
    ways: Sequence[Mapping[str, Any]] = node.config[name]
    has_otherwise = any(way.get("otherwise") or "when" not in way for way in ways) or (
        name == "rows" and "otherwise" in node.config
    )
    formulas = [node.formulas.get(f"{name}/{at}/when") for at in range(len(ways))]
    at = place(plan, node.key)
    given = [one for one in formulas if one is not None]
    samples = sample_values(given)
    if samples is None:
        if not has_otherwise:
            value = {"zh": "条件都不成立", "en": "none of the conditions holds"}
            yield Finding(
                F05.at(at, node=label(plan, node.key), value=value), WARN, (node.key,), fix=_otherwise(node)
            )
        return
    taken: set[int] = set()
    gap: dict[Path, Any] | None = None
    for sample in samples:
        open_ = [
            index
            for index, one in enumerate(formulas)
            if one is not None and holds(one.checked, _Sample(sample))
        ]
        first = node.kind == "switch" or (name == "rows" and node.config["hit"] == "first")
        taken.update(open_[:1] if first else open_)
        if not open_ and (gap is None or _is_plainer(sample, gap)):
            gap = sample
    if gap is not None and not has_otherwise:
        yield Finding(
            F05.at(at, node=label(plan, node.key), value=say(gap)), STOP, (node.key,), fix=_otherwise(node)
        )
    for index, way in enumerate(ways):
        if formulas[index] is not None and index not in taken:
            problem = F06.at(f"{at}/{name}/{index}/when", node=label(plan, node.key), way=_way(way, index))
            yield Finding(
                problem,
                STOP,
                (node.key,),
                fix={"kind": "edit", "node": node.key, "path": f"{name}/{index}/when"},
            )


def _otherwise(node: NodePlan) -> Mapping[str, Any]:
    return {"kind": "otherwise", "node": node.key}


def _way(way: Mapping[str, Any], index: int) -> Mapping[str, str]:
    key = str(way.get("key", index + 1))
    name = way.get("name", {})
    return {"zh": name.get("zh") or key, "en": name.get("en") or name.get("zh") or key}


def _is_plainer(one: Mapping[Path, Any], other: Mapping[Path, Any]) -> bool:
    """A gap at a real value says more than one at blank or at some other text."""
    return _oddness(one) < _oddness(other)


def _oddness(sample: Mapping[Path, Any]) -> int:
    return sum(2 if value is None else value == OTHER for value in sample.values())


def say(sample: Mapping[Path, Any]) -> Mapping[str, str]:
    """Return a sample in words: `plan.amount = 5000`."""
    said: dict[str, list[str]] = {"zh": [], "en": []}
    for path, value in sample.items():
        name = ".".join(path)
        for lang, parts in said.items():
            if value is None:
                parts.append(f"{name} {_NAMES['blank'][lang]}")
            else:
                told = _NAMES["other"][lang] if value == OTHER else str(value)
                parts.append(f"{name} = {told}")
    return {"zh": "，".join(said["zh"]), "en": ", ".join(said["en"])}


# sample values


def sample_values(formulas: Sequence[Formula]) -> list[dict[Path, Any]] | None:
    """Return the values that stand for all others; None where the conditions do more than compare with fixed values."""
    fixed: dict[Path, list[Any]] = {}
    for formula in formulas:
        if not formula.checked.is_deterministic or not _compares(formula.checked.root, fixed):
            return None
    lists = [(path, _around(values)) for path, values in fixed.items()]
    count = 1
    for _, values in lists:
        count *= len(values)
    if count > MOST_SAMPLES:
        return None
    return [dict(zip(fixed, chosen, strict=True)) for chosen in product(*(values for _, values in lists))]


def _compares(node: Typed, fixed: dict[Path, list[Any]]) -> bool:
    """Tell whether a condition is made of comparisons with fixed values; note the values."""
    if node.kind == "lit":
        return node.type.name == "bool"
    if node.kind == "field":
        if node.type.name != "bool":
            return False
        fixed.setdefault(node.value, []).extend((True, False))
        return True
    if node.kind == "not":
        return _compares(node.args[0], fixed)
    if node.kind == "call" and node.function is not None and node.function.name in ("AND", "OR", "NOT"):
        return all(_compares(one, fixed) for one in node.args)
    if node.kind == "op" and node.value in COMPARISONS:
        return _comparison(node.args[0], node.args[1], fixed) or _comparison(
            node.args[1], node.args[0], fixed
        )
    if node.kind == "op" and node.value == "in":
        return _membership(node.args[0], node.args[1], fixed)
    return False


def _comparison(side: Typed, other: Typed, fixed: dict[Path, list[Any]]) -> bool:
    path, value = _path(side), _literal(other)
    if path is None or value is None:
        return False
    fixed.setdefault(path, []).append(value)
    return True


def _membership(side: Typed, among: Typed, fixed: dict[Path, list[Any]]) -> bool:
    path = _path(side)
    values = [_literal(one) for one in among.args] if among.kind == "list" else [None]
    if path is None or any(value is None for value in values):
        return False
    fixed.setdefault(path, []).extend(values)
    return True


def _path(node: Typed) -> Path | None:
    while node.kind == "to":
        node = node.args[0]
    return node.value if node.kind == "field" else None


def _literal(node: Typed) -> Any:
    sign = 1
    while node.kind in ("to", "neg", "pct"):
        if node.kind == "pct":
            inner = _literal(node.args[0])
            return None if inner is None else sign * Decimal(inner) / 100
        sign = -sign if node.kind == "neg" else sign
        node = node.args[0]
    if node.kind != "lit" or node.value is None:
        return None
    return sign * node.value if sign < 0 else node.value


def _around(values: list[Any]) -> list[Any]:
    """Return the fixed values, one between each two neighbours, one beyond each end, and blank."""
    if all(isinstance(one, bool) for one in values):
        return [True, False, None]
    if all(isinstance(one, int | Decimal) for one in values):
        ordered = sorted({Decimal(one) for one in values})
        between = [(a + b) / 2 for a, b in pairwise(ordered)]
        return [*ordered, *between, ordered[0] - 1, ordered[-1] + 1, None]
    if all(isinstance(one, date) for one in values):
        return [*_days(values), None]
    return [*dict.fromkeys(str(one) for one in values), OTHER, None]


def _days(values: list[Any]) -> list[Any]:
    ordered = sorted(set(values), key=lambda one: one.isoformat())
    step = timedelta(seconds=1) if isinstance(ordered[0], datetime) else timedelta(days=1)
    return list(dict.fromkeys(near for one in ordered for near in (one - step, one, one + step)))


@dataclass(frozen=True, slots=True)
class _Sample:
    """Names holding sample values."""

    values: Mapping[Path, Any]
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    today: date = date(2000, 1, 1)
    zone: str = "UTC"
    actor: Mapping[str, Any] = ()  # type: ignore[assignment]  # no formula that asks is looked at here
    record: Mapping[str, Any] = ()  # type: ignore[assignment]
    data: Any = None

    def value(self, path: Path) -> Any:
        """Return the sample's value."""
        return self.values.get(path)
