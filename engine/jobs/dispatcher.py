"""The embedded dispatcher: a thread that hands out events and runs jobs, so that nothing else need be installed."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from engine.jobs.queue import JobHandler, JobRun, LeaseLostError, claim
from engine.problems import Rejected
from engine.store import Workspace

log = logging.getLogger(__name__)
SWEEP_S = 2.0


def run_job(run: JobRun, handlers: Mapping[str, JobHandler]) -> None:
    """Run one claimed job to its end. Input that is refused fails at once; anything else is tried again."""
    try:
        try:
            result = handlers[run.job.kind](run)
        except Rejected as refused:
            run.fail(str(refused), is_final=True)
        except LeaseLostError:
            raise
        except Exception as error:
            # Whatever a handler raises belongs to its job: it is kept there and the worker goes on.
            log.exception("job %s (%s) failed", run.job.job_id, run.job.kind)
            run.fail(f"{type(error).__name__}: {error}")
        else:
            run.finish(result)
    except LeaseLostError:
        log.warning("job %s was taken over or cancelled", run.job.job_id)


def work(
    workspace: Workspace, handlers: Mapping[str, JobHandler], worker: str, most: int = 20, since: str = ""
) -> int:
    """Run up to `most` due jobs of one workspace; return how many were run. `since`: only those with a later id."""
    done, kinds = 0, tuple(handlers)
    while done < most and kinds and (run := claim(workspace, kinds, worker, since=since)) is not None:
        run_job(run, handlers)
        done += 1
    return done


Step = Callable[[Workspace], int]
"""One kind of work on a workspace, e.g. handing out events or running jobs; returns how much was done."""


class Dispatcher:
    """Takes every step on every workspace: at once when woken, and every `sweep_s` seconds in any case."""

    def __init__(
        self, workspaces: Callable[[], Iterable[Workspace]], steps: Sequence[Step], sweep_s: float = SWEEP_S
    ) -> None:
        self._workspaces, self._steps, self._sweep_s = workspaces, steps, sweep_s
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clinicraft-dispatcher", daemon=True)

    def start(self) -> None:
        """Begin sweeping."""
        self._thread.start()

    def wake(self) -> None:
        """Hint that there is something to do. A lost hint costs a sweep's wait, never work."""
        self._woken.set()

    def stop(self, timeout_s: float = 10) -> None:
        """Finish the job at hand and stop."""
        self._stopping.set()
        self._woken.set()
        self._thread.join(timeout_s)

    def sweep_all(self) -> int:
        """Sweep every workspace once; a workspace that fails does not stop the others."""
        done = 0
        for workspace in self._workspaces():
            if self._stopping.is_set():
                break
            try:
                done += sum(step(workspace) for step in self._steps)
            except Exception:
                # The database may be away for a while; the next sweep tries again.
                log.exception("sweep of %s failed", workspace.key)
        return done

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if self.sweep_all() == 0:
                self._woken.wait(self._sweep_s)
