"""One change for many records in the background: portion by portion, with its progress, as one batch that can be taken back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from engine.access.actor import Actor
from engine.ids import new_id
from engine.jobs.queue import JobRun, enqueue
from engine.store.unit import Cause
from form_engine.service import bulk, personal
from server.left_out import grouped, own_job, so_far

if TYPE_CHECKING:
    from server.clinics import Clinic

KIND = "records.bulk"
AT_ONCE = 200
"""How many records somebody waits for."""
PORTION = 100
HOW = ("values", "add", "remove")


class BulkEdits:
    """Changes many records for people, in one clinic under the version in force."""

    def __init__(self, clinic: "Clinic") -> None:
        self.clinic, self.service = clinic, clinic.service

    def start(self, actor: Actor, form: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Change a few while somebody waits, and say what came of it; let a job change many: `{job, batch, total}`."""
        how = {key: request[key] for key in HOW if request.get(key)}
        with self.service.reading(actor) as desk:
            desk.form(form)
            ids = bulk.chosen(desk, form, request)
            # What no record could take is told at once, and no job begins.
            for key in ("add", "remove"):
                bulk.lists_of(desk, form, key, how.get(key, {}))
        if len(ids) <= AT_ONCE:
            return dict(self.service.bulk_update(actor, form, {"ids": ids, **how}, how.get("values", {})))
        body = {"form": form, "ids": ids, "how": how, "batch": new_id(), "by": actor.user_id}
        with self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
            job = enqueue(unit, KIND, body)
        return {"job": job, "batch": body["batch"], "total": len(ids)}

    def execute(self, run: JobRun) -> Any:
        """Do the job: portions, each with its progress in its own transaction, so that a crash repeats nothing."""
        body = run.job.body
        form, ids, how, batch = body["form"], body["ids"], body["how"], body["batch"]
        actor = self.clinic.person(body["by"])
        with self.service.reading(actor) as desk:
            bulk.chosen(desk, form, {"ids": ids})
        told = so_far(run.job, updated=0)
        for at in range(run.job.done, len(ids), PORTION):
            with self.service.writing(actor, "user", batch) as desk:
                some = ids[at : at + PORTION]
                done = bulk.update(desk, form, some, how.get("values", {}), how.get("add"), how.get("remove"))
                told["updated"] += done["updated"]
                for one in done["failed"]:
                    text = msgspec.json.encode(one["problems"]).decode()
                    told["refused"].setdefault(text, []).append(one["id"])
                note = msgspec.json.encode(told).decode()
                run.checkpoint(desk.unit, min(at + PORTION, len(ids)), len(ids), note)
        with self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
            name = self.clinic.plan.forms[form].name
            refused = sum(len(some) for some in told["refused"].values())
            personal.notify(
                unit, [actor.user_id], "bulk.done", _words(name, told["updated"], refused, run.job.job_id)
            )
        return told

    def state(self, actor: Actor, job_id: str) -> dict[str, Any]:
        """Return how far a change of mine is, and which records were refused why. NotFound."""
        with self.service.reading(actor) as desk:
            job = own_job(desk, actor, job_id, KIND)
            form, told = str(job.body["form"]), job.result or so_far(job, updated=0)
            refused = grouped(desk, form, told["refused"])
        name = (
            self.clinic.plan.forms[form].name if form in self.clinic.plan.forms else {"zh": form, "en": form}
        )
        return {
            "state": job.state, "done": job.done, "total": len(job.body["ids"]), "form": form, "name": name,
            "batch": job.body["batch"], "updated": told["updated"], "refused": refused,
        }  # fmt: skip


def _words(name: Mapping[str, str], updated: int, refused: int, job_id: str) -> dict[str, Any]:
    zh, en = name.get("zh", ""), name.get("en", name.get("zh", ""))
    kept_zh = f"，{refused} 条未改" if refused else ""
    kept_en = f"; {refused} stayed as they were" if refused else ""
    title = {
        "zh": f"“{zh}”批量修改完成：已改 {updated} 条{kept_zh}",
        "en": f"“{en}”: {updated} records changed{kept_en}",
    }
    return {"title": title, "bulk": job_id}


__all__ = ["AT_ONCE", "KIND", "BulkEdits"]
