"""Soundness: whether a flow can always finish, and what is wrong where it cannot."""

from flow_engine.soundness.check import check
from flow_engine.soundness.finding import Finding
from flow_engine.soundness.people import Staffing
from flow_engine.soundness.reach import reachable_after

__all__ = ["Finding", "Staffing", "check", "reachable_after"]
