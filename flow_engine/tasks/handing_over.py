"""Hand-over (离职、请假交接): everything that waits for a person goes to others, and can be taken back.

Tasks move one by one, each by its own command; records (leads, customers, appointments to come) are moved by whoever
owns records, in a batch of their own, which is remembered here for the way back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Code, Forbidden, NotFound, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.platform import from_instant, instant
from engine.store.unit import Cause
from flow_engine.happenings import TaskAction
from flow_engine.tables import HANDOVERS
from flow_engine.tasks import listing
from flow_engine.tasks.service import MANAGERS, TaskService, names_of

NO_ONE = Code("handover.to_nobody", zh="请选择接手的人，不能是本人", en="Choose who takes over; not the person who leaves",
              hint_zh="可以选择多人，待办会轮流分配", hint_en="Several may share: tasks go round")  # fmt: skip
NO_HANDOVER = Code("handover.none", zh="没有这次交接，或已经撤销", en="There is no such hand-over, or it was undone",
                   hint_zh="请刷新列表", hint_en="Reload the list")  # fmt: skip

MoveRecords = Callable[[Actor, str, Sequence[str]], Sequence[Mapping[str, Any]]]
"""(who does it, from, to) → what was moved: `{form, count, batch}`."""
UndoBatch = Callable[[Actor, str], Any]


class HandingOver:
    """Hand-overs of one workspace; for those who manage flows."""

    def __init__(self, tasks: TaskService) -> None:
        self.tasks = tasks
        self.workspace = tasks.workspace

    def preview(self, actor: Actor, from_user: str, to: Sequence[str]) -> dict[str, Any]:
        """Return what would move to whom: `{tasks: [{…item, to}], labels}`."""
        self._check(actor, from_user, to)
        self.tasks.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            found = listing.all_open_of(unit, from_user)
            items = [
                {**self.tasks.item(unit, actor, task, instance), "to": to[index % len(to)]}
                for index, (task, instance) in enumerate(found)
            ]
            return {"tasks": items, "labels": {"user": names_of(unit, {from_user, *to})}}

    def hand_over(
        self,
        actor: Actor,
        from_user: str,
        to: Sequence[str],
        comment: str | None,
        key: str,
        move_records: MoveRecords | None,
    ) -> dict[str, Any]:
        """Move everything; return `{id, moved, failed: [{instance_id, task_id, problems}], records}`."""
        self._check(actor, from_user, to)
        self.tasks.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.read() as unit:
            found = listing.all_open_of(unit, from_user)
        moved: list[tuple[str, int, str]] = []
        failed: list[dict[str, Any]] = []
        for index, (task, instance) in enumerate(found):
            place = {"instance_id": instance.instance_id, "task_id": task.task_id}
            for turn in range(len(to)):
                receiver = to[(index + turn) % len(to)]
                try:
                    self._give(actor, instance.instance_id, task.task_id, receiver, comment, f"{key}:{turn}")
                except Rejected as refused:
                    problems = [one.to_json() for one in refused.problems]
                else:
                    moved.append((instance.instance_id, task.task_id, receiver))
                    break
            else:
                failed.append({**place, "problems": problems})
        records = list(move_records(actor, from_user, to)) if move_records is not None else []
        handover_id = new_id()
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            body = {"tasks": moved, "to": list(to), "records": records}
            unit.connection.execute(
                HANDOVERS.insert().values(
                    handover_id=handover_id,
                    at=instant(unit.now),
                    by=actor.user_id,
                    from_user=from_user,
                    body=encode_json(body).decode(),
                )
            )
            unit.audit(
                "flow.handed_over", None, None, {"from": from_user, "to": list(to), "tasks": len(moved)}
            )
        return {"id": handover_id, "moved": len(moved), "failed": failed, "records": records}

    def undo(self, actor: Actor, handover_id: str, key: str, undo_batch: UndoBatch) -> dict[str, Any]:
        """Give back what still lies with the receivers; return `{undone, kept}`."""
        self._managers_only(actor)
        h = HANDOVERS.c
        self.tasks.flows.plans  # noqa: B018 - a new version is taken up before the unit opens
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            row = (
                unit.connection.execute(select(HANDOVERS).where(h.handover_id == handover_id))
                .mappings()
                .first()
            )
            where = (h.handover_id == handover_id) & h.undone_at.is_(None)
            done = unit.connection.execute(update(HANDOVERS).where(where).values(undone_at=instant(unit.now)))
            if row is None or done.rowcount != 1:
                raise NotFound(NO_HANDOVER.at(""))
            body, from_user = decode_json(row["body"]), row["from_user"]
            unit.audit("flow.handover_undone", None, None, {"handover": handover_id})
        undone = kept = 0
        for instance_id, task_id, receiver in body["tasks"]:
            if not self._lies_with(instance_id, task_id, receiver):
                kept += 1
                continue
            try:
                self._give(actor, instance_id, task_id, from_user, None, f"{key}:undo")
                undone += 1
            except Rejected:
                kept += 1
        for one in body["records"]:
            undo_batch(actor, one["batch"])
        return {"undone": undone, "kept": kept}

    def listed(self, actor: Actor) -> dict[str, Any]:
        """Return the last hand-overs."""
        self._managers_only(actor)
        with self.workspace.read() as unit:
            query = select(HANDOVERS).order_by(HANDOVERS.c.at.desc()).limit(50)
            found = []
            for row in unit.connection.execute(query).mappings():
                body = decode_json(row["body"])
                found.append(
                    {
                        "id": row["handover_id"],
                        "at": from_instant(row["at"]),
                        "by": row["by"],
                        "from_user": row["from_user"],
                        "to": body["to"],
                        "tasks": len(body["tasks"]),
                        "records": body["records"],
                        "is_undone": row["undone_at"] is not None,
                    }
                )
            people = {who for one in found for who in (one["by"], one["from_user"], *one["to"])}
            return {"handovers": found, "labels": {"user": names_of(unit, people)}}

    def _give(
        self, actor: Actor, instance_id: str, task_id: int, to: str, comment: str | None, key: str
    ) -> None:
        happening = TaskAction(task_id, "hand_over", actor.user_id, None, {"to": to}, comment)
        self.tasks.flows.handle(actor, instance_id, happening, f"{key}:{instance_id}:{task_id}")

    def _lies_with(self, instance_id: str, task_id: int, user_id: str) -> bool:
        with self.workspace.read() as unit:
            return any(
                (instance.instance_id, task.task_id) == (instance_id, task_id)
                for task, instance in listing.all_open_of(unit, user_id)
            )

    def _check(self, actor: Actor, from_user: str, to: Sequence[str]) -> None:
        self._managers_only(actor)
        if not to or from_user in to:
            raise Rejected(NO_ONE.at("/to"))

    def _managers_only(self, actor: Actor) -> None:
        if not self.tasks.forms.is_manager(actor):
            raise Forbidden(MANAGERS.at(""))
