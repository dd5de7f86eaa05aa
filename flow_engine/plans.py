"""The flows in force, and every version that some instance still runs.

A flow gets a new version when its own definition changes, not with each version of the app: most instances are then
of the version in force, and a version is compiled with the forms as they are now.
"""

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.definitions.analysis import Analysis
from engine.definitions.app import App
from engine.problems import Code, Conflict, Problem, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.platform import instant
from engine.store.unit import Unit
from flow_engine.clockwork import SUMS
from flow_engine.compile import compile_flow
from flow_engine.plan import FlowPlan
from flow_engine.rollups import Above, rolled_up, sums
from flow_engine.tables import SCHEDULE_CURSORS, VERSIONS
from flow_engine.triggering import Listener, TriggerIndex

CANNOT_RUN = Code(
    "flow.version_cannot_run",
    zh="流程“{flow}”的第 {version} 版已不能运行：它用到的表单或字段已改变",
    en="Version {version} of the flow “{flow}” cannot run any more: forms or fields it uses have changed",
    hint_zh="把正在运行的实例迁移到新版本，或恢复被删除的字段",
    hint_en="Move the running instances to the new version, or bring the fields back",
)
NO_FLOW = Code(
    "flow.no_flow",
    zh="没有名为“{flow}”的流程，或它已停用",
    en="There is no flow “{flow}”, or it is switched off",
    hint_zh="请在流程列表里查看",
    hint_en="Look in the list of flows",
)


class FlowPlans:
    """Compiled flows of one version of an app.

    `broken`: flows that do not compile, with their problems; they start nothing, and the others run on.
    """

    def __init__(
        self,
        app: App,
        analysis: Analysis,
        current: Mapping[str, FlowPlan],
        broken: Mapping[str, tuple[Problem, ...]] | None = None,
    ) -> None:
        self.app, self.analysis, self.current = app, analysis, current
        self.broken = broken or {}
        self._known: dict[tuple[str, int], FlowPlan] = {
            (plan.key, plan.version): plan for plan in current.values()
        }
        self._lock = threading.Lock()

    @cached_property
    def triggers(self) -> TriggerIndex:
        """Return the triggers of the flows in force, by what wakes them."""
        return TriggerIndex(self.current.values())

    @cached_property
    def rolled_up(self) -> Mapping[str, tuple[Above, ...]]:
        """Return by form whose sums over its records the flows in force look at."""
        return rolled_up(self.analysis, self.current.values())

    @cached_property
    def summed(self) -> Mapping[str, tuple[tuple[Listener, str], ...]]:
        """Return by form the triggers on the edge of a sum over its records, with the link that leads to whose sum it is."""
        found: dict[str, list[tuple[Listener, str]]] = {}
        for listener in self.triggers.by_key.values():
            form, when = listener.trigger.form, listener.when
            if form is not None and when is not None and SUMS in listener.trigger.clocks:
                for of, above, by in sorted(sums(self.analysis, form, when.fields)):
                    if above == form:
                        found.setdefault(of, []).append((listener, by))
        return {form: tuple(each) for form, each in found.items()}

    def is_live(self, form: str, field: str) -> bool:
        """Tell whether a field is worked out when it is read, so that it changes without a write."""
        outline = self.analysis.forms.get(form)
        return outline is not None and outline.fields.get(field) in self.analysis.live

    def get(self, flow: str) -> FlowPlan:
        """Return the flow in force. Rejected where there is none."""
        found = self.current.get(flow)
        if found is None:
            raise Rejected(NO_FLOW.at("/flow", flow=flow))
        return found

    def of(self, unit: Unit, flow: str, version: int) -> FlowPlan:
        """Return a version of a flow. Conflict where it cannot run any more."""
        found = self._known.get((flow, version))
        return found if found is not None else self._compiled(unit, flow, version)

    def _compiled(self, unit: Unit, flow: str, version: int) -> FlowPlan:
        c = VERSIONS.c
        query = select(c.definition).where(c.flow == flow, c.version == version)
        text = unit.connection.execute(query).scalar()
        cannot = CANNOT_RUN.at("/flow", flow=flow, version=version)
        if text is None:
            raise Conflict(cannot)
        try:
            plan = compile_flow(decode_json(text), self.analysis, version)
        except Rejected as refused:
            raise Conflict((cannot, *refused.problems)) from refused
        with self._lock:
            return self._known.setdefault((flow, version), plan)


Compile = Callable[[Mapping[str, Any], Analysis, int], FlowPlan]


def publish(unit: Unit, app: App, analysis: Analysis, app_version: int) -> FlowPlans:
    """Return the plans of an app's flows; a flow that is new or changed gets its next version."""
    current: dict[str, FlowPlan] = {}
    broken: dict[str, tuple[Problem, ...]] = {}
    for key, definition in app.of("flows").items():
        if definition.get("off"):
            continue
        version = _version(unit, key, definition, app_version)
        try:
            current[key] = compile_flow(definition, analysis, version)
        except Rejected as refused:
            broken[key] = refused.problems
    plans = FlowPlans(app, analysis, current, broken)
    _begin(unit, plans)
    return plans


def _begin(unit: Unit, plans: FlowPlans) -> None:
    """Note since when rules by the clock are in force: what was due before they were is not made up for."""
    make = postgresql.insert if unit.is_postgres else sqlite.insert
    for listener in plans.triggers.by_key.values():
        if listener.trigger.trigger.listens in ("date", "time"):
            since = make(SCHEDULE_CURSORS).values(trigger=listener.key, high_water=instant(unit.now))
            unit.connection.execute(since.on_conflict_do_nothing())


def _version(unit: Unit, flow: str, definition: Mapping[str, Any], app_version: int) -> int:
    """Return the version of a definition, written down when it is the first time it is seen.

    The newest one counts: a flow that goes back to an old definition gets a new version.
    """
    text = encode_json(definition).decode()
    checksum = sha256(encode_json(_sorted(definition))).hexdigest()
    c = VERSIONS.c
    newest = select(c.version, c.checksum).where(c.flow == flow).order_by(c.version.desc()).limit(1)
    while True:
        row = unit.connection.execute(newest).first()
        if row is not None and row.checksum == checksum:
            return int(row.version)
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        # Another process may take the number first; then its definition is looked at.
        unit.connection.execute(
            make(VERSIONS)
            .values(
                flow=flow,
                version=1 if row is None else row.version + 1,
                checksum=checksum,
                definition=text,
                app_version=app_version,
                at=instant(unit.now),
            )
            .on_conflict_do_nothing()
        )


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value


def newest(unit: Unit, flow: str) -> int:
    """Return the newest version of a flow; 0 for none."""
    query = select(func.max(VERSIONS.c.version)).where(VERSIONS.c.flow == flow)
    return int(unit.connection.execute(query).scalar() or 0)
