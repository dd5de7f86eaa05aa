"""Moving a running instance to another version of its flow: what goes where, what cannot, and back again.

Nodes are told apart by their key. Tokens keep their ids, so tasks, timers and effects that are under way stay theirs.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.expressions.types import BOOL
from engine.problems import Code, Problem, Rejected
from flow_engine.context import Context
from flow_engine.evolving import evolve
from flow_engine.names import Setting
from flow_engine.plan import Boundary, FlowPlan, NodePlan
from flow_engine.run import INSTANCE, Acts, Run
from flow_engine.soundness.reach import all_finish
from flow_engine.state import ROOT, Scope, State, Token
from flow_engine.step import Steps

NODE_LEFT_OUT = Code(
    "migration.node_left_out",
    zh="流程停在「{node}」，新版本里没有对应的节点",
    en="The flow stands at “{node}”, which has no counterpart in the new version",
    hint_zh="为它指定一个新节点，或等流程离开这里再迁移",
    hint_en="Say which node it becomes, or wait until the flow has left it",
)
OTHER_KIND = Code(
    "migration.other_kind",
    zh="「{node}」在新版本里换了种类（{old} → {new}），进行中的工作接不上",
    en="“{node}” is of another kind in the new version ({old} → {new}); what is under way cannot go on",
    hint_zh="等流程离开这里再迁移，或让它转到别的节点",
    hint_en="Wait until the flow has left it, or let it jump elsewhere first",
)
OTHER_REGION = Code(
    "migration.other_region",
    zh="「{node}」在新版本里属于另一个区域",
    en="“{node}” belongs to another region in the new version",
    hint_zh="等这个区域结束后再迁移",
    hint_en="Wait until its region has ended",
)
NO_EDGE = Code(
    "migration.no_edge",
    zh="汇合「{node}」等到的分支在新版本里不再通到它",
    en="A branch that has come to the join “{node}” does not lead to it any more",
    hint_zh="等汇合完成后再迁移",
    hint_en="Wait until the join is complete",
)
CANNOT_FINISH = Code(
    "migration.cannot_finish",
    zh="按新版本，从现在的位置走不到结束",
    en="From where it stands, the flow could not finish in the new version",
    hint_zh="换一种对应关系，或让它留在原版本",
    hint_en="Map its nodes differently, or leave it with its version",
)
Nodes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """How an instance would move: `nodes` by key, old to new; `problems`: why it cannot."""

    nodes: Nodes
    problems: tuple[Problem, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether nothing stands against it."""
        return not self.problems


def mapping_of(old: FlowPlan, new: FlowPlan, by_hand: Nodes | None = None) -> Nodes:
    """Return which node becomes which: what `by_hand` says, else the one with the same key."""
    found = {key: key for key in old.nodes if key in new.nodes}
    given = {
        key: target for key, target in (by_hand or {}).items() if key in old.nodes and target in new.nodes
    }
    return {**found, **given}


def inverse(nodes: Nodes) -> Nodes:
    """Return the way back, for undoing; where two nodes became one, the one with the same key."""
    back: dict[str, str] = {}
    for old, new in nodes.items():
        if new not in back or old == new:
            back[new] = old
    return back


def plan_move(old: FlowPlan, new: FlowPlan, state: State, by_hand: Nodes | None = None) -> Move:
    """Return how the instance would move, or why it cannot: nothing is changed (dry run)."""
    nodes = mapping_of(old, new, by_hand)
    problems = list(_obstacles(old, new, state, nodes))
    if not problems and state.instance.ended_at is None:
        tokens, scopes = _moved(new, state, nodes)
        if not all_finish(new, tokens, scopes):
            problems.append(CANNOT_FINISH.at(""))
    return Move(nodes, tuple(problems))


def _obstacles(old: FlowPlan, new: FlowPlan, state: State, nodes: Nodes) -> Iterator[Problem]:
    for token in state.tokens.values():
        before = old.nodes.get(token.node)
        target = new.nodes.get(nodes.get(token.node, ""))
        name: Any = before.name if before is not None and before.name else token.node
        if target is None:
            yield NODE_LEFT_OUT.at(f"/tokens/{token.token_id}", node=name)
            continue
        if before is not None and before.kind != target.kind and token.wait is not None:
            yield OTHER_KIND.at(f"/tokens/{token.token_id}", node=name, old=before.kind, new=target.kind)
        scope = state.scopes[token.scope_id]
        region = None if token.scope_id == ROOT else nodes.get(scope.node)
        if target.region != region and not _is_handler(new, target.key, region):
            yield OTHER_REGION.at(f"/tokens/{token.token_id}", node=name)
        elif (
            token.wait in ("join", "turn")
            and target.node.joins != "each"
            and _edge(new, nodes, token.came_by, target.key) is None
        ):
            yield NO_EDGE.at(f"/tokens/{token.token_id}", node=name)


def _is_handler(plan: FlowPlan, node: str, region: str | None) -> bool:
    """What takes something back runs in a scope of the node that asked for it."""
    owner = plan.nodes[node].region
    return (
        region is not None
        and owner is not None
        and plan.nodes[owner].compensate is not None
        and plan.nodes[region].kind == "compensate"
    )


def _edge(new: FlowPlan, nodes: Nodes, edge: str | None, join: str) -> str | None:
    """Return the edge that a token at a join has come by, in the new version."""
    if edge is None:
        return None
    source, _, way = edge.partition(".")
    mapped = nodes.get(source)
    if mapped is None:
        return None
    known = new.graph.edges_in[join]
    if f"{mapped}.{way}" in known:
        return f"{mapped}.{way}"
    from_there = [one for one in known if one.split(".", 1)[0] == mapped]
    return from_there[0] if len(from_there) == 1 else None


def _moved(new: FlowPlan, state: State, nodes: Nodes) -> tuple[dict[int, Token], dict[int, Scope]]:
    tokens: dict[int, Token] = {}
    for key, token in state.tokens.items():
        node = nodes[token.node]
        came_by = token.came_by
        if new.nodes[node].node.joins != "each":
            came_by = _edge(new, nodes, came_by, node) or came_by
        tokens[key] = (
            token
            if (node, came_by) == (token.node, token.came_by)
            else evolve(token, node=node, came_by=came_by)
        )
    scopes = {key: _moved_scope(new, scope, nodes) for key, scope in state.scopes.items()}
    return tokens, scopes


def _moved_scope(new: FlowPlan, scope: Scope, nodes: Nodes) -> Scope:
    data = dict(scope.data)
    if data.get("nodes"):
        data["nodes"] = {
            nodes[key]: _moved_memory(new, nodes, nodes[key], value)
            for key, value in data["nodes"].items()
            if key in nodes
        }
    if data.get("completed"):
        done = [{**one, "node": nodes[one["node"]]} for one in data["completed"] if one["node"] in nodes]
        data["completed"] = [one for one in done if new.nodes[one["node"]].compensate is not None]
    return evolve(scope, node=nodes.get(scope.node, scope.node), data=data)


def _moved_memory(new: FlowPlan, nodes: Nodes, key: str, memory: Mapping[str, Any]) -> Mapping[str, Any]:
    if not memory.get("came"):
        return memory
    came = [new.branch_of(key, _edge(new, nodes, one, key) or one) for one in memory["came"]]
    return {**memory, "came": came}


def migrate(
    old: FlowPlan,
    new: FlowPlan,
    state: State,
    now: datetime,
    by: str | None,
    by_hand: Nodes | None = None,
    setting: Setting | None = None,
) -> Steps:
    """Yield acts and return the step that moves the instance to `new`. Rejected when it cannot.

    Boundaries that the new version adds or has changed are armed, those it lacks are taken down; conditions that it has
    changed are looked at at once. What else is under way goes on as it began.
    """
    move = plan_move(old, new, state, by_hand)
    if not move.is_possible:
        raise Rejected(move.problems)
    run = Run(new, state, now, setting or Setting(), by)
    run.note("action", None, {"action": "migrate", "from": old.version, "to": new.version})
    run.instance = evolve(run.instance, version=new.version)
    tokens, scopes = _moved(new, state, move.nodes)
    for key, token in tokens.items():
        if token is not state.tokens[key]:
            run.put_token(token)
    for key, scope in scopes.items():
        if scope != state.scopes[key]:
            run.put_scope(scope)
    run.rounds = {
        (at, move.nodes[node]): count for (at, node), count in state.rounds.items() if node in move.nodes
    }
    for task in state.tasks.values():
        if move.nodes.get(task.node, task.node) != task.node:
            run.put_task(evolve(task, node=move.nodes[task.node]))
    for token in list(tokens.values()):
        if token.wait is not None:
            yield from _rearm(run, old, new, state.tokens[token.token_id], token)
    if _goals(old) != _goals(new):
        run.look_now(INSTANCE)
    yield from run.watch_goals()
    yield from run.set_looks()
    return run.step()


def _goals(plan: FlowPlan) -> Mapping[str, str]:
    return {key: plan.nodes[key].formulas["when"].text for key in plan.goals}


def _rearm(run: Run, old: FlowPlan, new: FlowPlan, before: Token, token: Token) -> Acts:
    """Take down the boundaries that are gone, put up those that are new; one with other settings is put up anew."""
    fired = token.data.get("_fired", {})
    had = {one.key: one for one in old.nodes[before.node].boundaries}
    node = new.nodes[token.node]
    has = {one.key: one for one in node.boundaries}
    for key, boundary in had.items():
        if key not in has or (_waits_for(boundary) != _waits_for(has[key]) and key not in fired):
            run.drop_timer((token.token_id, f"on.{key}"))
            if boundary.kind == "message":
                name = boundary.config.get("message", "")
                gone = [
                    one for one in run.subscriptions if (one.token_id, one.name) == (token.token_id, name)
                ]
                run.subscriptions.difference_update(gone)
    context = Context(run, node, token)
    for key, boundary in has.items():
        if key not in had:
            yield from run.arm(context, token, node, boundary)
        elif _waits_for(had[key]) != _waits_for(boundary) and key not in fired:
            # Its time has been running since the token came here, whatever version that was.
            yield from run.arm(context, token, node, boundary, token.since)
    if _conditions(old.nodes[before.node]) != _conditions(node):
        run.look_now(token.token_id)


def _waits_for(boundary: Boundary) -> Mapping[str, Any]:
    """Return what a boundary waits for, without where it leads and what it is called."""
    return {key: value for key, value in boundary.config.items() if key not in ("to", "name", "interrupts")}


def _conditions(node: NodePlan) -> Mapping[str, str]:
    """Return the conditions of a node and of its boundaries that it may wait for."""
    return {key: one.text for key, one in node.formulas.items() if one.checked.type == BOOL}


__all__ = ["Move", "inverse", "mapping_of", "migrate", "plan_move"]
