"""Work over many records in the background: whose job it is, how far it has come, and which records were left out why."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.access.actor import Actor
from engine.ids import is_id
from engine.jobs.queue import NO_JOB, Job, read_job
from engine.problems import NotFound
from form_engine.desk import Desk

MOST_TITLES = 200


def own_job(desk: Desk, actor: Actor, job_id: str, kind: str) -> Job:
    """Return a job of this kind that somebody began himself. NotFound."""
    if not is_id(job_id):
        raise NotFound(NO_JOB.at("/job"))
    job = read_job(desk.unit, job_id)
    if job.kind != kind or job.created_by != actor.user_id:
        raise NotFound(NO_JOB.at("/job"))
    return job


def so_far(job: Job, **nothing: Any) -> dict[str, Any]:
    """Return what a job noted at its last portion; `nothing` and no refusals before the first."""
    found: dict[str, Any] = msgspec.json.decode(job.note) if job.note else {**nothing, "refused": {}}
    return found


def grouped(desk: Desk, form: str, refused: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return `{problems, count, records: [{id, title}]}` of record ids by the problems (as JSON text) that refused them."""
    found = []
    for text, ids in refused.items():
        shown = ids[:MOST_TITLES]
        titles = desk.gate.labels(form, shown) if shown else {}
        records = [{"id": one, "title": titles.get(one, "")} for one in shown]
        found.append({"problems": msgspec.json.decode(text), "count": len(ids), "records": records})
    return found
