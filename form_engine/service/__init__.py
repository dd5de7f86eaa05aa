"""Reading and writing records."""

from form_engine.desk import Desk
from form_engine.service.service import RecordService

__all__ = ["Desk", "RecordService"]
