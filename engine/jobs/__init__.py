"""Jobs: rows, leases, retries, and the embedded dispatcher."""

from engine.jobs.dispatcher import Dispatcher, run_job, work
from engine.jobs.queue import Job, JobHandler, JobRun, LeaseLostError, cancel, claim, enqueue, read_job

__all__ = [
    "Dispatcher",
    "Job",
    "JobHandler",
    "JobRun",
    "LeaseLostError",
    "cancel",
    "claim",
    "enqueue",
    "read_job",
    "run_job",
    "work",
]
