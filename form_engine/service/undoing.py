"""Taking a batch back: a bulk edit, an import."""

from typing import Any

from sqlalchemy import select

from engine.problems import Code, Forbidden, NotFound
from engine.store.platform import HISTORY
from form_engine.desk import Desk

NO_BATCH = Code("batch.not_found", zh="没有这次批量操作，或它已被撤销", en="There is no such batch, or it was undone",
                hint_zh="到历史里查看每条记录的修改", hint_en="See the history of each record")  # fmt: skip
NOT_YOURS = Code("batch.not_yours", zh="这次批量操作是别人做的，您不能撤销", en="Somebody else did this; you may not undo it",
                 hint_zh="请让操作人或主管撤销", hint_en="Ask the person who did it, or a supervisor")  # fmt: skip


def undo(desk: Desk, batch: str) -> dict[str, Any]:
    """Take back what a batch wrote, record by record; what others changed since is kept and told."""
    query = select(HISTORY.c.by).where(HISTORY.c.batch_id == batch).limit(1)
    found = desk.unit.connection.execute(query).first()
    if found is None:
        raise NotFound(NO_BATCH.at(""))
    if found[0] != desk.actor.user_id and not desk.rights.right("restore"):
        raise Forbidden(NOT_YOURS.at(""))
    report = desk.unit.undo(desk.system_gate.write, batch)
    desk.unit.audit("undo", None, None, {"batch": batch})
    return {
        "undone": report.undone,
        "kept": [{"form": one.form, "id": one.record_id, "why": one.why} for one in report.kept],
    }
