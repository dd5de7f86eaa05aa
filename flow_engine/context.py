"""What a node sees of the step it takes part in."""

import hashlib
from collections.abc import Generator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.expressions import ErrorValue
from flow_engine.acts import Act
from flow_engine.names import MISSING, Names, Room, flow_value
from flow_engine.plan import Filter, Formula, NodePlan
from flow_engine.scope import INPUT
from flow_engine.settings import at
from flow_engine.state import ROOT, Instance, Scope, Task, Timer, Token


class Running(Room, Protocol):
    """The step at work, as far as nodes see it."""

    tokens: dict[int, Token]
    fired: Timer | None

    def work_out(
        self, formula: Formula, scope_id: int, given: Mapping[str, Any] | None = None
    ) -> Generator[Act, Any, Any]: ...
    def past(self) -> Generator[Act, Any, tuple[Task, ...]]: ...
    def tasks_of(self, token_id: int) -> list[Task]: ...
    def lookup(self, scope_id: int, key: str) -> Any: ...
    def look_later(self, token_id: int, scope_id: int, formula: Formula) -> None: ...
    def looked_at(self, formula: Formula, scope_id: int) -> tuple[tuple[str, str], ...]: ...
    def forget_records(self) -> None: ...
    def way_back(self, token: Token, node: str) -> tuple[tuple[int, ...], int] | None: ...


class Context:
    """`NodeContext` for one token at one node."""

    __slots__ = ("_run", "config", "node", "now", "token")

    def __init__(self, run: Running, node: NodePlan, token: Token) -> None:
        self._run, self.node, self.token = run, node, token
        self.config: Mapping[str, Any] = node.config
        self.now: datetime = run.now

    @property
    def instance(self) -> Instance:
        return self._run.instance

    @property
    def by(self) -> str | None:
        return self._run.by

    @property
    def fired(self) -> Timer | None:
        return self._run.fired

    @property
    def scope(self) -> Scope:
        return self._run.scopes[self.token.scope_id]

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(self._run.tasks_of(self.token.token_id))

    def variable(self, key: str) -> Any:
        found = self._run.lookup(self.token.scope_id, key)
        return None if found is MISSING else found

    # formulas

    def work_out(self, place: str, **given: Any) -> Generator[Act, Any, Any]:
        formula = self.node.formulas.get(place)
        if formula is None:
            return at(self.config, place)
        if formula.is_constant:
            return formula.value
        return (yield from self._run.work_out(formula, self.token.scope_id, given))

    def holds(self, place: str, **given: Any) -> Generator[Act, Any, bool]:
        formula = self.node.formulas.get(place)
        return (
            formula is not None
            and (yield from self._run.work_out(formula, self.token.scope_id, given)) is True
        )

    def filled(self, place: str) -> Generator[Act, Any, Any]:
        formula = self.node.formulas.get(place)
        if formula is not None and formula.is_constant:
            return None if isinstance(formula.value, ErrorValue) else formula.value
        return (yield from self._fill(place, at(self.config, place)))

    def _fill(self, place: str, value: Any) -> Generator[Act, Any, Any]:
        if place in self.node.formulas:
            found = yield from self.work_out(place)
            return None if isinstance(found, ErrorValue) else found
        if isinstance(value, Mapping):
            filled = {}
            for key, inner in value.items():
                filled[key] = yield from self._fill(f"{place}/{key}", inner)
            return filled
        if isinstance(value, list):
            items = []
            for index, inner in enumerate(value):
                items.append((yield from self._fill(f"{place}/{index}", inner)))
            return items
        return value

    def filter(self, place: str) -> Filter | None:
        """Return the filter at `place` of the settings."""
        return self.node.filters.get(place)

    def names_in(self, place: str) -> Generator[Act, Any, Mapping[str, Any]]:
        found = {}
        given = self.node.filters.get(place)
        for name, formula in given.outer.items() if given else ():
            found[name] = yield from self._run.work_out(formula, self.token.scope_id)
        return found

    def formula(self, text: str) -> Generator[Act, Any, Any]:
        return (yield from self._run.work_out(self._run.plan.formula(text), self.token.scope_id))

    def record(self, name: str) -> tuple[str, str] | None:
        kind = self._run.plan.names.get(name)
        record_id = Names(self._run, self.token.scope_id).record_id(name)
        return (kind.form, record_id) if kind is not None and kind.form and record_id else None

    def watched(self, place: str) -> tuple[tuple[str, str], ...]:
        formula = self.node.formulas.get(place)
        if formula is None:
            return ()
        self._run.look_later(self.token.token_id, self.token.scope_id, formula)
        return self._run.looked_at(formula, self.token.scope_id)

    def reads_beyond(self, record: str, place: str) -> bool:
        formula, other = self.node.formulas.get(record), self.node.formulas.get(place)
        if formula is None or other is None:
            return False
        ways = {(name, path) for name, _, paths in formula.reads for path in paths}
        return any(
            (name, path[:upto]) in ways
            for name, _, paths in other.reads
            for path in paths
            for upto in range(1, len(path))
        )

    def correlation(self, place: str) -> Generator[Act, Any, str]:
        value = yield from self.work_out(place)
        return self.instance.instance_id if value is None or isinstance(value, ErrorValue) else str(value)

    def handler_of(self, node: str) -> str | None:
        plan = self._run.plan.nodes.get(node)
        return plan.compensate if plan is not None else None

    def form_of(self, place: str) -> str | None:
        """Return the form of the record that the formula at `place` gives."""
        formula = self.node.formulas.get(place)
        return formula.checked.type.form if formula is not None else None

    def anchor(self, place: str) -> Mapping[str, Any]:
        """Return `{"form", "record_id", "field"}` of the field that the formula at `place` looks at; nothing when it looks at none."""
        formula = self.node.formulas.get(place)
        if formula is None or not formula.checked.is_deterministic:
            return {}
        for name, form, paths in formula.reads:
            record_id = Names(self._run, self.token.scope_id).record_id(name)
            if record_id is not None:
                return {"form": form, "record_id": record_id, "field": min(paths)[0]}
        return {}

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a day in the branch's zone."""
        return datetime.combine(day, time(), ZoneInfo(self._run.setting.zone)).astimezone(UTC)

    def everything(self) -> Mapping[str, Any]:
        names = Names(self._run, self.token.scope_id)
        found: dict[str, Any] = {}
        for name, kind in self._run.plan.names.items():
            if kind.name == "record" and kind.form and "." not in kind.form:
                record_id = names.record_id(name)
                if record_id is not None:
                    found[name] = {"form": kind.form, "id": record_id}
                continue
            value = self._run.lookup(self.token.scope_id, name)
            if value is not MISSING:
                found[name] = value
        given = self._run.lookup(self.token.scope_id, INPUT)
        if given is not MISSING:
            found[INPUT] = given
        keys = ("id", "key", "title", "branch_id", "started_at", "started_by")
        found["flow"] = {key: flow_value(self.instance, key) for key in keys}
        return found

    def wrote(self) -> None:
        """Tell that records were written: what was read before is read anew."""
        self._run.forget_records()

    # where things stand

    def past(self) -> Generator[Act, Any, tuple[Task, ...]]:
        return (yield from self._run.past())

    def way_back(self, node: str) -> tuple[tuple[int, ...], int] | None:
        return self._run.way_back(self.token, node)

    def comes_after(self, node: str, earlier: str) -> bool:
        plan = self._run.plan
        return node in plan.nodes and earlier in plan.leading(node)

    def arrivals(self) -> tuple[Token, ...]:
        here = (self.token.node, self.token.scope_id)
        found = [one for one in self._run.tokens.values() if (one.node, one.scope_id) == here]
        return tuple(sorted(found, key=lambda one: one.token_id))

    def may_come(self, of: str | None = None, but_turns: bool = False) -> bool:
        target = of or self.token.node
        leading = self._run.plan.graph.leading_around(target, self._passed_joins() - {target})
        for one in self._run.tokens.values():
            if one.scope_id != self.token.scope_id or one.node == self.token.node or one.node not in leading:
                continue
            if but_turns and one.wait == "turn" and self._run.plan.nodes[one.node].node.joins != "each":
                continue
            return True
        return False

    def _passed_joins(self) -> frozenset[str]:
        """Return the joins of this scope that have passed: what still comes to them in this round is swallowed."""
        memories = self.scope.data.get("nodes", {})
        return frozenset(key for key, memory in memories.items() if memory.get("passed"))

    def stands_at(self, node: str) -> bool:
        around = {self.token.scope_id}
        scope = self.scope
        while scope.scope_id != ROOT:
            scope = self._run.scopes[scope.parent_id]
            around.add(scope.scope_id)
        return any(one.node == node and one.scope_id in around for one in self._run.tokens.values())

    def branches_in(self) -> frozenset[str]:
        return self._run.plan.branches_in(self.token.node)

    def branch_of(self, token: Token) -> str:
        return self._run.plan.branch_of(token.node, token.came_by or "")

    def branches(self) -> frozenset[str]:
        plan = self._run.plan
        start = plan.start
        scope = self.scope
        if scope.scope_id != ROOT:
            first = plan.nodes[scope.node].bodies
            start = next((one for one in first if self.token.node in plan.graph.dominators(one)), plan.start)
        return plan.graph.branches(self.token.node, start)

    def memory(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.scope.data.get("nodes", {}).get(self.token.node, {})
        return found

    def bodies(self) -> tuple[Scope, ...]:
        own = self.token.token_id
        found = [one for one in self._run.scopes.values() if one.token_id == own and one.scope_id != ROOT]
        return tuple(sorted(found, key=lambda one: one.scope_id))

    def locked(self, lock: str) -> bool:
        return any(one.data.get("lock") == lock for one in self._run.scopes.values())

    def completed(self, node: str | None = None) -> tuple[Mapping[str, Any], ...]:
        done = self.scope.data.get("completed", ())
        return tuple(one for one in reversed(done) if node is None or one["node"] == node)

    def chance(self, key: str) -> float:
        seed = f"{self.instance.flow}:{self.token.node}:{key}".encode()
        return int.from_bytes(hashlib.sha256(seed).digest()[:8], "big") / 2**64
