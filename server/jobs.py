"""What runs in the background, by kind of job."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.jobs.queue import JobHandler
from form_engine.exporting import service as exporting
from form_engine.importing import service as importing

if TYPE_CHECKING:
    from server.clinics import Clinic


def job_handlers(clinic: "Clinic") -> Mapping[str, JobHandler]:
    """Return the handlers of a clinic's jobs, under the app version in force."""
    handlers = {**clinic.flows.handlers(), **clinic.outside.handlers(), **clinic.report_out.handlers()}
    return {importing.KIND: clinic.imports.execute, exporting.KIND: clinic.exports.execute, **handlers}
