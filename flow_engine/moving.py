"""Running instances taken along to a new version: who can move and who cannot and why, one by one or all, and back again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from engine.access.actor import Actor
from engine.problems import Code, Conflict, NotFound, Problem, Rejected
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import plans, store
from flow_engine.commanding import FlowCommands, acting
from flow_engine.evolving import evolve
from flow_engine.migrating import Nodes, inverse, mapping_of, migrate, plan_move
from flow_engine.names import Setting
from flow_engine.past import row_of
from flow_engine.result import Entry
from flow_engine.rows import unpack
from flow_engine.state import Instance
from flow_engine.step import drive
from flow_engine.tables import HISTORY, INSTANCES
from flow_engine.world import UnitWorld

NOT_MOVED = Code(
    "migration.not_moved",
    zh="这个实例没有迁移过，无法撤回",
    en="This instance was never moved, so there is nothing to take back",
)
IS_THERE = Code(
    "migration.is_there",
    zh="实例已在第 {version} 版",
    en="The instance runs version {version} already",
)
MOVED = "migrated"
MOST_AT_ONCE = 1000
RUNNING = ("running", "failed", "paused")


class Moving:
    """Moves the instances of one workspace between versions of their flows."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows

    def outlook(self, flow: str, to: int | None = None, by_hand: Nodes | None = None) -> list[dict[str, Any]]:
        """Return how each running instance of other versions would move; nothing is changed."""
        found: list[dict[str, Any]] = []
        with self._flows.workspace.read() as unit:
            target = to or plans.newest(unit, flow)
            for instance in _of_other_versions(unit, flow, target):
                problems = self._stopped_by(unit, instance, target, by_hand)
                found.append(
                    {
                        "instance": instance.instance_id,
                        "title": instance.title,
                        "version": instance.version,
                        "to": target,
                        "is_possible": not problems,
                        "problems": [one.to_json() for one in problems],
                    }
                )
        return found

    def _stopped_by(
        self, unit: Unit, instance: Instance, to: int, by_hand: Nodes | None
    ) -> tuple[Problem, ...]:
        try:
            old = self._flows.plans.of(unit, instance.flow, instance.version)
            new = self._flows.plans.of(unit, instance.flow, to)
        except Rejected as refused:
            return refused.problems
        return plan_move(old, new, store.load(unit, instance), by_hand).problems

    def move(self, actor: Actor, instance_id: str, to: int, by_hand: Nodes | None = None) -> None:
        """Move an instance, in a transaction of its own. Rejected with what stands against it."""
        with self._flows.workspace.write(Cause("flow", actor.user_id)) as unit:
            self._move(unit, actor, instance_id, to, by_hand)

    def move_many(
        self,
        actor: Actor,
        instance_ids: Sequence[str],
        to: int,
        by_hand: Nodes | None = None,
        later: bool = False,
    ) -> list[tuple[str, tuple[Problem, ...]]]:
        """Move several, each by itself; return those that stay, with why.

        `later`: those that cannot move now are moved as soon as they stand where they can.
        """
        stay: list[tuple[str, tuple[Problem, ...]]] = []
        for instance_id in instance_ids[:MOST_AT_ONCE]:
            try:
                self.move(actor, instance_id, to, by_hand)
            except Rejected as refused:
                stay.append((instance_id, refused.problems))
                if later:
                    self._note_later(instance_id, to)
        return stay

    def undo(self, actor: Actor, instance_ids: Sequence[str]) -> list[tuple[str, tuple[Problem, ...]]]:
        """Move instances back to where they last came from; return those that stay, with why."""
        stay: list[tuple[str, tuple[Problem, ...]]] = []
        for instance_id in instance_ids[:MOST_AT_ONCE]:
            try:
                with self._flows.workspace.write(Cause("flow", actor.user_id)) as unit:
                    came = _last_move(unit, instance_id)
                    back = inverse(came["nodes"])
                    self._move(unit, actor, instance_id, int(came["from"]), back)
            except Rejected as refused:
                stay.append((instance_id, refused.problems))
        return stay

    def retry_later(self, workspace: Workspace) -> int:
        """Move those that were to move when they could; return how many."""
        moved = 0
        with workspace.read() as unit:
            c = INSTANCES.c
            query = select(c.instance_id, c.move_to).where(c.status.in_(RUNNING), c.move_to.is_not(None))
            rows = unit.connection.execute(query.limit(MOST_AT_ONCE)).all()
        for instance_id, to in rows:
            moved += self.try_move(workspace, instance_id, to)
        return moved

    def try_move(self, workspace: Workspace, instance_id: str, to: int) -> bool:
        """Move an instance that was to move when it could; False where it does not stand so yet, or need not."""
        try:
            with workspace.write(Cause("system")) as unit:
                self._move(unit, self._flows.own_actor(unit, instance_id), instance_id, to, None)
        except Rejected:
            return False
        return True

    def _move(self, unit: Unit, actor: Actor, instance_id: str, to: int, by_hand: Nodes | None) -> None:
        flows = self._flows
        instance = evolve(store.lock(unit, instance_id), move_to=None)
        if instance.version == to:
            raise Conflict(IS_THERE.at("/to", version=to))
        old = flows.plans.of(unit, instance.flow, instance.version)
        new = flows.plans.of(unit, instance.flow, to)
        state = store.load(unit, instance)
        own = flows.ports.service_actor(new.key, new.definition)
        setting = Setting(flows.ports.zone_of(instance.branch_id), flows.ports.lookups_of(unit, own))
        by = actor.user_id if actor.kind == "user" else None
        with acting(unit, Cause("flow", actor.user_id)):
            steps = migrate(old, new, state, unit.now, by, by_hand, setting)
            done = drive(steps, UnitWorld(unit, flows.ports, own, instance_id))
        flows.keep(unit, state, done)
        unit.connection.execute(
            update(INSTANCES).where(INSTANCES.c.instance_id == instance_id).values(move_to=None)
        )
        store.touch(unit, instance_id)
        details = {"from": instance.version, "to": to, "nodes": dict(mapping_of(old, new, by_hand))}
        unit.audit("flow.migrate", instance.form, instance.record_id, {"instance": instance_id, **details})
        _note_move(unit, done.state.instance, by, details)

    def _note_later(self, instance_id: str, to: int) -> None:
        with self._flows.workspace.write(Cause("system")) as unit:
            unit.connection.execute(
                update(INSTANCES).where(INSTANCES.c.instance_id == instance_id).values(move_to=to)
            )
            store.touch(unit, instance_id)


def _note_move(unit: Unit, instance: Instance, by: str | None, details: Mapping[str, Any]) -> None:
    """Write the move into the instance's history, with all that is needed to take it back."""
    entry = Entry(instance.next_seq, MOVED, None, by, None, details)
    unit.cursor.execute(store.of(unit).add_history, row_of(instance.instance_id, unit.now_text, [entry]))
    c = INSTANCES.c
    unit.connection.execute(
        update(INSTANCES).where(c.instance_id == instance.instance_id).values(next_seq=instance.next_seq + 1)
    )


def _last_move(unit: Unit, instance_id: str) -> Mapping[str, Any]:
    c = HISTORY.c
    query = select(c.data).where(c.instance_id == instance_id, c.kind == MOVED).order_by(c.seq.desc())
    for text in unit.connection.execute(query.limit(10)).scalars():
        found = unpack(text)
        if "from" in found and "nodes" in found:
            return dict(found)
    raise NotFound(NOT_MOVED.at("/instance"))


def _of_other_versions(unit: Unit, flow: str, version: int) -> list[Instance]:
    c = INSTANCES.c
    columns = (INSTANCES.c[key] for key in store.INSTANCE_COLUMNS)
    query = select(*columns).where(c.flow == flow, c.version != version, c.status.in_(RUNNING))
    rows = unit.connection.execute(query.order_by(c.started_at).limit(MOST_AT_ONCE)).all()
    return [store.instance_of(row) for row in rows]
