"""The publish gate: everything that can be said about a flow before it runs."""

from collections.abc import Mapping

from engine.definitions.app import App
from flow_engine.plan import FlowPlan
from flow_engine.soundness.conditions import condition_findings
from flow_engine.soundness.data import data_findings
from flow_engine.soundness.finding import Finding
from flow_engine.soundness.loops import loop_findings
from flow_engine.soundness.names import name_findings
from flow_engine.soundness.people import Staffing, people_findings
from flow_engine.soundness.shape import shape_findings


def check(
    plan: FlowPlan, app: App, others: Mapping[str, FlowPlan] | None = None, staffing: Staffing | None = None
) -> list[Finding]:
    """Return all findings, worst first.

    `others`: the app's other flows, for circles of triggers; `staffing`: who is there today, for empty roles.
    """
    found = [
        *shape_findings(plan),
        *condition_findings(plan),
        *data_findings(plan, app),
        *name_findings(plan, app),
        *people_findings(plan, staffing),
        *loop_findings(plan, others or {}),
    ]
    return sorted(found, key=lambda one: (one.level != "stop", one.code, one.problem.path))
