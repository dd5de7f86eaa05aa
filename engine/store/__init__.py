"""The store: workspaces, units of work, records, history, files, and changes of the tables."""

from engine.store.unit import AfterWrite, Cause, Unit
from engine.store.workspaces import Installation, NestedUnitError, Settings, Workspace

__all__ = ["AfterWrite", "Cause", "Installation", "NestedUnitError", "Settings", "Unit", "Workspace"]
