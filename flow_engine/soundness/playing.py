"""Plays a counter-example on the real engine: conditions are free, whoever plays says which way is taken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from engine.problems import Conflict
from flow_engine import refusals
from flow_engine.happenings import Happening, InstanceAction, Started
from flow_engine.node import Node, NodeContext
from flow_engine.outcome import End, Fork, Go, Hold
from flow_engine.plan import FlowPlan, NodePlan
from flow_engine.soundness.net import Move, Spot, spot_of
from flow_engine.state import Instance, State
from flow_engine.step import drive, first_state, step

_NOW = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Free(Node):
    """Stands in for a node: waits to be told its way, by the action `go`."""

    spot: Spot = field(default_factory=lambda: Spot("", "wait"))

    def enter(self, ctx: NodeContext) -> Go | Hold | Fork | End:
        if self.spot.kind == "fork":
            return Fork(tuple(way for way, _ in self.spot.ways))
        if self.spot.kind == "pass" and len(self.spot.ways) < 2:
            return Go(self.spot.ways[0][0] if self.spot.ways else "to")
        return End("all") if self.spot.kind == "clear" else Hold("free")

    def resume(self, ctx: NodeContext, happening: Happening) -> Go | Hold | Fork | End:
        if not isinstance(happening, InstanceAction):
            return Hold("free")
        told = happening.values
        if "ways" in told:
            return Fork(tuple(told["ways"]))
        if "boundary" in told:
            key = f"on.{told['boundary']}"
            interrupts = next(one[2] for one in self.spot.boundaries if one[0] == told["boundary"])
            if not interrupts:
                return Hold("free", forks=(key,))
            return self._go(ctx, key)
        return self._go(ctx, str(told["way"]))

    def _go(self, ctx: NodeContext, way: str) -> Go | End:
        leads = dict(self.spot.ways)
        leads.update({f"on.{key}": target for key, target, _ in self.spot.boundaries})
        return Go(way) if leads.get(way) else End()


def free_plan(plan: FlowPlan, region: str | None = None) -> FlowPlan:
    """Return the plan of one region with all conditions free; regions within are single steps."""
    start = plan.start
    if region is not None:
        owner = plan.nodes[region]
        start = owner.bodies[0] if owner.bodies else str(owner.compensate)
    return replace(
        plan, nodes={key: _freed(plan, node) for key, node in plan.nodes.items()}, start=start, goals=()
    )


def _freed(plan: FlowPlan, node: NodePlan) -> NodePlan:
    spot = spot_of(plan, node)
    if spot.kind in ("join", "cancel", "end", "all"):
        return node
    kind = Free(kind=node.kind, zh=node.node.zh, en=node.node.en, spot=spot)
    leads = {way: target for way, target in spot.ways if target}
    leads.update({f"on.{key}": target for key, target, _ in spot.boundaries if target})
    return replace(
        node, node=kind, targets=leads, boundaries=(), retry=None, on_error="stop", compensate=None
    )


class _Nobody:
    def answer(self, act: Any) -> Any:
        raise Conflict(refusals.NOT_WAITING.at(""))


def play(plan: FlowPlan, moves: Iterable[Move], region: str | None = None) -> State:
    """Return where the flow stands after these moves."""
    return [state for state, _ in played(plan, moves, region)][-1]


def played(
    plan: FlowPlan, moves: Iterable[Move], region: str | None = None
) -> Iterator[tuple[State, Move | None]]:
    """Yield the state at the start and after each move."""
    free = free_plan(plan, region)
    state = first_state(Instance("example", plan.key, plan.version, "running", _NOW, None, "example"))
    state = drive(step(free, state, Started(), _NOW), _Nobody()).state
    yield state, None
    for move in moves:
        state = drive(step(free, state, happening_of(state, move), _NOW), _Nobody()).state
        yield state, move


def happening_of(state: State, move: Move) -> InstanceAction:
    """Return the happening that makes a move in a state."""
    node, kind, key = move
    found = sorted(one.token_id for one in state.tokens.values() if one.node == node and one.wait == "free")
    if not found:
        raise Conflict(refusals.NOT_WAITING.at(""))
    told: Mapping[str, Any] = (
        {"way": key} if kind == "way" else {"boundary": key} if kind == "on" else {"ways": key.split(",")}
    )
    return InstanceAction("go", None, {"token_id": found[0], **told})
