"""Jobs: rows that worker processes claim, hold by a lease and finish; a crash only delays them.

A claim raises `attempt`; every later word of the worker names it, so one whose lease ran out meanwhile changes
nothing any more. Work in portions should note its progress in the same transaction as the portion
(`JobRun.checkpoint`): after a crash the next attempt goes on from `done`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from engine.ids import new_id
from engine.problems import Code, NotFound
from engine.store import Cause, Unit, Workspace
from engine.store.codec import decode_json, encode_json
from engine.store.platform import JOBS, from_instant, instant

NO_JOB = Code(
    "jobs.no_job",
    zh="没有这个后台作业",
    en="There is no such job",
    hint_zh="它可能属于另一个工作区，或已被清理",
    hint_en="It may belong to another workspace, or have been cleared",
)

LEASE_S = 60
BACKOFF_S = 5
LONGEST_BACKOFF_S = 3600
MOST_ATTEMPTS = 5
WORKER = Cause("system")


class LeaseLostError(Exception):
    """Another worker has taken the job over, or it was cancelled: stop, and write nothing more."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `state`: waiting, running, done, failed, cancelled. `done` of `total` units of work."""

    job_id: str
    kind: str
    body: Mapping[str, Any]
    state: str
    run_at: datetime
    attempt: int
    done: int
    total: int | None
    note: str | None
    result: Any
    error: str | None
    created_by: str | None


def enqueue(
    unit: Unit,
    kind: str,
    body: Mapping[str, Any],
    *,
    run_at: datetime | None = None,
    unique_key: str | None = None,
    most_attempts: int = MOST_ATTEMPTS,
) -> str:
    """Put a job into the queue, in the transaction of what it is for; return its id.

    With `unique_key` a second job of the same key is not made: the first one's id is returned, whatever its state.
    """
    if unique_key is not None:
        known = unit.connection.execute(select(JOBS.c.id).where(JOBS.c.unique_key == unique_key)).scalar()
        if known is not None:
            return str(known)
    job_id = new_id()
    unit.connection.execute(
        JOBS.insert().values(
            id=job_id,
            kind=kind,
            body=encode_json(body).decode(),
            state="waiting",
            unique_key=unique_key,
            run_at=instant(run_at or unit.now),
            created_at=unit.now_text,
            created_by=unit.cause.by,
            most_attempts=most_attempts,
        )
    )
    return job_id


def read_job(unit: Unit, job_id: str) -> Job:
    """Return a job as it stands. NotFound."""
    row = unit.connection.execute(select(JOBS).where(JOBS.c.id == job_id)).first()
    if row is None:
        raise NotFound(NO_JOB.at("/job"))
    return _job(row)


def cancel(unit: Unit, job_id: str) -> None:
    """Stop a job that is not over; a running one notices at its next word."""
    unit.connection.execute(
        update(JOBS)
        .where(JOBS.c.id == job_id, JOBS.c.state.in_(("waiting", "running")))
        .values(state="cancelled", finished_at=unit.now_text)
    )


def claim(
    workspace: Workspace, kinds: tuple[str, ...], worker: str, lease_s: int = LEASE_S, since: str = ""
) -> "JobRun | None":
    """Take the job that is due longest, also one whose worker fell silent; None when there is none.

    `since`: only those with a later id.
    """
    with workspace.write(WORKER) as unit:
        c = JOBS.c
        due = and_(c.state == "waiting", c.run_at <= unit.now_text)
        silent = and_(c.state == "running", c.lease_until < unit.now_text)
        query = select(JOBS).where(c.kind.in_(kinds), or_(due, silent)).order_by(c.run_at, c.id).limit(1)
        if since:
            query = query.where(c.id > since)
        row = unit.connection.execute(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        if row.state == "running" and row.attempt >= row.most_attempts:
            values: dict[str, Any] = {
                "state": "failed",
                "error": row.error or f"worker {row.worker} fell silent {row.attempt} times",
                "finished_at": unit.now_text,
            }
        else:
            lease = instant(unit.now + timedelta(seconds=lease_s))
            values = {"state": "running", "attempt": row.attempt + 1, "lease_until": lease, "worker": worker}
        unit.connection.execute(update(JOBS).where(c.id == row.id).values(**values))
    if values["state"] == "failed":
        return claim(workspace, kinds, worker, lease_s, since)
    return JobRun(workspace, _job(row, attempt=row.attempt + 1), lease_s, row.most_attempts)


class JobRun:
    """One attempt at a job by one worker."""

    def __init__(self, workspace: Workspace, job: Job, lease_s: int, most_attempts: int) -> None:
        self.workspace, self.job = workspace, job
        self._lease_s, self._most_attempts = lease_s, most_attempts

    @property
    def is_last(self) -> bool:
        """Whether nobody tries again when this attempt fails."""
        return self.job.attempt >= self._most_attempts

    def checkpoint(self, unit: Unit, done: int, total: int | None = None, note: str | None = None) -> None:
        """Note progress in the transaction of the portion just done, and hold the job longer. LeaseLostError."""
        values: dict[str, Any] = {"done": done, "lease_until": self._lease(unit)}
        if total is not None:
            values["total"] = total
        if note is not None:
            values["note"] = note
        self._say(unit, values)

    def progress(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Note progress in a transaction of its own. LeaseLostError."""
        with self.workspace.write(WORKER) as unit:
            self.checkpoint(unit, done, total, note)

    def finish(self, result: Any = None) -> None:
        """Say that the job is done. LeaseLostError."""
        with self.workspace.write(WORKER) as unit:
            text = None if result is None else encode_json(result).decode()
            self._say(unit, {"state": "done", "result": text, "error": None, "finished_at": unit.now_text})

    def fail(self, error: str, is_final: bool = False) -> None:
        """Say that this attempt failed; the job waits for the next one, or is over. LeaseLostError."""
        with self.workspace.write(WORKER) as unit:
            if is_final or self.is_last:
                values: dict[str, Any] = {"state": "failed", "finished_at": unit.now_text}
            else:
                wait_s = min(BACKOFF_S * 2 ** (self.job.attempt - 1), LONGEST_BACKOFF_S)
                values = {"state": "waiting", "run_at": instant(unit.now + timedelta(seconds=wait_s))}
            self._say(unit, {**values, "error": error[:2000]})

    def _lease(self, unit: Unit) -> str:
        return instant(unit.now + timedelta(seconds=self._lease_s))

    def _say(self, unit: Unit, values: Mapping[str, Any]) -> None:
        c = JOBS.c
        mine = and_(c.id == self.job.job_id, c.attempt == self.job.attempt, c.state == "running")
        if unit.connection.execute(update(JOBS).where(mine).values(**values)).rowcount != 1:
            raise LeaseLostError(self.job.job_id)


JobHandler = Callable[[JobRun], Any]
"""Does a job and returns its result as JSON, or raises. It may be run again after a crash."""


def _job(row: Row[Any], attempt: int | None = None) -> Job:
    return Job(
        row.id,
        row.kind,
        decode_json(row.body),
        row.state,
        from_instant(row.run_at),
        row.attempt if attempt is None else attempt,
        row.done,
        row.total,
        row.note,
        None if row.result is None else decode_json(row.result),
        row.error,
        row.created_by,
    )
