"""What runs in the background, by kind of job."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.jobs.queue import JobHandler
from form_engine.exporting import service as exporting
from form_engine.importing import service as importing
from server import bulk_edits, pressing

if TYPE_CHECKING:
    from server.clinics import Clinic


def job_handlers(clinic: "Clinic") -> Mapping[str, JobHandler]:
    """Return the handlers of a clinic's jobs, under the app version in force."""
    handlers = {**clinic.flows.handlers(), **clinic.outside.handlers(), **clinic.report_out.handlers()}
    own = {importing.KIND: clinic.imports.execute, exporting.KIND: clinic.exports.execute}
    own |= {bulk_edits.KIND: bulk_edits.BulkEdits(clinic).execute}
    return {**own, pressing.KIND: pressing.Pressing(clinic).execute, **handlers}
