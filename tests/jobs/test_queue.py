"""A job runs until it is done, once at a time, whatever becomes of its workers."""

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.jobs import (
    Dispatcher,
    Job,
    JobRun,
    LeaseLostError,
    cancel,
    claim,
    enqueue,
    read_job,
    run_job,
    work,
)
from engine.jobs.queue import LEASE_S, MOST_ATTEMPTS
from engine.problems import Code, NotFound, Rejected
from engine.store import Cause, Workspace

USER = Cause("user", by="u1")
NO = Code("test.no", zh="不行", en="No")


def put(clinic: Workspace, **more: Any) -> str:
    with clinic.write(USER) as unit:
        return enqueue(unit, "count", {"to": 3}, **more)


def look(clinic: Workspace, job_id: str) -> Job:
    with clinic.read() as unit:
        return read_job(unit, job_id)


def take(clinic: Workspace, worker: str = "w1") -> JobRun:
    run = claim(clinic, ("count",), worker)
    assert run is not None
    return run


def test_a_job_runs_and_keeps_its_result_and_progress(clinic: Workspace):
    job_id = put(clinic)

    def handler(run: JobRun) -> Any:
        run.progress(2, total=3, note="almost")
        return {"counted": run.job.body["to"]}

    assert work(clinic, {"count": handler}, "w1") == 1
    job = look(clinic, job_id)
    assert (job.state, job.done, job.total, job.result, job.created_by) == (
        "done",
        2,
        3,
        {"counted": 3},
        "u1",
    )


def test_a_job_waits_for_its_hour(clinic: Workspace, clock: VirtualClock):
    put(clinic, run_at=clock.now() + timedelta(hours=1))
    assert claim(clinic, ("count",), "w1") is None
    clock.advance(timedelta(hours=1))
    assert claim(clinic, ("count",), "w1") is not None


def test_one_worker_at_a_time(clinic: Workspace):
    put(clinic)
    take(clinic)
    assert claim(clinic, ("count",), "w2") is None


def test_the_job_of_a_crashed_worker_goes_on_where_it_was(clinic: Workspace, clock: VirtualClock):
    job_id = put(clinic)
    first = take(clinic)
    first.progress(2, total=3)
    clock.advance(timedelta(seconds=LEASE_S + 1))
    second = take(clinic, "w2")
    assert (second.job.attempt, second.job.done) == (2, 2)
    for late in (lambda: first.progress(3), lambda: first.finish("late"), lambda: first.fail("late")):
        with pytest.raises(LeaseLostError):
            late()
    second.finish("mine")
    assert look(clinic, job_id).result == "mine"


def test_progress_holds_the_lease(clinic: Workspace, clock: VirtualClock):
    put(clinic)
    run = take(clinic)
    for _ in range(3):
        clock.advance(timedelta(seconds=LEASE_S - 1))
        run.progress(1)
    assert claim(clinic, ("count",), "w2") is None


def test_a_portion_and_its_progress_are_one(clinic: Workspace):
    put(clinic)
    run = take(clinic)
    with pytest.raises(ZeroDivisionError), clinic.write(USER) as unit:
        run.checkpoint(unit, 1)
        raise ZeroDivisionError
    assert look(clinic, run.job.job_id).done == 0


def test_a_failing_job_is_tried_again_later_and_then_given_up(clinic: Workspace, clock: VirtualClock):
    job_id = put(clinic)

    def broken(run: JobRun) -> None:
        raise ValueError("broken")

    waits = []
    for _ in range(MOST_ATTEMPTS):
        assert work(clinic, {"count": broken}, "w1") == 1
        waits.append((look(clinic, job_id).run_at - clock.now()).total_seconds())
        clock.advance(timedelta(hours=2))
    assert waits[:4] == [5, 10, 20, 40]
    job = look(clinic, job_id)
    assert (job.state, job.error) == ("failed", "ValueError: broken")


def test_refused_input_is_not_tried_again(clinic: Workspace):
    job_id = put(clinic)

    def refuse(run: JobRun) -> None:
        raise Rejected(NO.at("/to"))

    work(clinic, {"count": refuse}, "w1")
    assert look(clinic, job_id).state == "failed"


def test_a_job_that_kills_its_workers_is_given_up(clinic: Workspace, clock: VirtualClock):
    job_id = put(clinic, most_attempts=2)
    for _ in range(2):
        take(clinic)
        clock.advance(timedelta(seconds=LEASE_S + 1))
    assert claim(clinic, ("count",), "w1") is None
    assert look(clinic, job_id).state == "failed"


def test_a_cancelled_job_stops_its_worker(clinic: Workspace):
    job_id = put(clinic)
    run = take(clinic)
    with clinic.write(USER) as unit:
        cancel(unit, job_id)
    run_job(run, {"count": lambda r: r.progress(1)})
    assert look(clinic, job_id).state == "cancelled"


def test_the_same_key_makes_one_job(clinic: Workspace):
    assert put(clinic, unique_key="k") == put(clinic, unique_key="k")


def test_no_job_of_another_workspace_is_found(clinic: Workspace):
    with pytest.raises(NotFound):
        look(clinic, "no-such")


def test_the_dispatcher_takes_every_step_and_stops(clinic: Workspace):
    job_id = put(clinic)
    dispatcher = Dispatcher(
        lambda: [clinic], [lambda w: work(w, {"count": lambda run: "ok"}, "w1")], sweep_s=0.01
    )
    dispatcher.start()
    dispatcher.wake()
    for _ in range(1000):
        if look(clinic, job_id).state == "done":
            break
    dispatcher.stop()
    assert look(clinic, job_id).result == "ok"
