"""A clinic's ways out and its rules of routing, wired: messages, calls, scripts, rotations, pools."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from connectors.channel import CHANNELS
from connectors.webhook import HttpSender
from engine.access.actor import Actor, system_actor
from engine.access.query import RecordQuery
from engine.jobs.queue import JobHandler
from engine.ports import Channel, FlowRecords, Sender
from engine.sandbox.scripts import BoxScripts
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine.acts import People as Asked
from flow_engine.calendar.service import RecordCalendar
from flow_engine.messages import ContactDesk, MessagePlans, MessageService, compile_messages
from flow_engine.messages import House as MessageHouse
from flow_engine.routing import PoolRule, Pools, Router, pools_of
from flow_engine.schedules import high_water, move_high_water
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from server.credentials import Credentials
from server.script_calls import ScriptCalls

POOLS, POOLS_EVERY = "*.pools", timedelta(hours=1)

RecordsOf = Callable[[Unit, Actor], FlowRecords]
Notify = Callable[[Unit, tuple[str, ...], str, Mapping[str, Any], str | None, str | None], None]


class Outside:
    """What a clinic's flows need besides records. `service()` gives the record service of the version in force."""

    def __init__(
        self,
        workspace: Workspace,
        service: Callable[[], RecordService],
        records: RecordsOf,
        people: Any,
        notify: Notify,
        credentials: Credentials | None = None,
        scripts: BoxScripts | None = None,
        base_url: str = "",
        links_of: Callable[[Unit, str | None, str | None], Mapping[str, str]] = lambda _u, _f, _r: {},
        channels: Mapping[str, Channel] | None = None,
    ) -> None:
        self._workspace, self._service, self._of = workspace, service, records
        self._people, self._base, self._links = people, base_url.rstrip("/"), links_of
        self._channels = channels or CHANNELS.all()
        self.credentials = credentials
        self._compiled: tuple[AppPlan, MessagePlans, Mapping[str, PoolRule]] | None = None
        self.calendar = RecordCalendar(self._records)
        self.pools = Pools(self._pool_rules, self._records, people.name, notify)
        self.router = Router(self._records, self.calendar, self.pools.put)
        self.journey_cap: Callable[[str | None], tuple[int, int] | None] = lambda _flow: None
        house = self._message_house(notify)
        self.messages, self.contacts = MessageService(workspace, house), ContactDesk(house)
        self.http = HttpSender(self._connection)
        self.scripts = scripts or BoxScripts()

    def records(self, unit: Unit, actor: Actor) -> FlowRecords:
        """Return records as flows read and write them."""
        return self._of(unit, actor)

    @property
    def senders(self) -> Mapping[str, Sender]:
        """Return what carries out effects, by their kind."""
        return {"message": self.messages, "http": self.http, "webhook": self.http}

    def script_calls(self, unit: Unit, actor: Actor) -> Mapping[str, Callable[..., Any]]:
        """Return what a script may ask, as `actor`."""
        return ScriptCalls(self._service(), unit, actor).calls()

    def handlers(self) -> Mapping[str, JobHandler]:
        """Return what does the jobs of queued messages."""
        return self.messages.handlers()

    def sweep(self, workspace: Workspace) -> int:
        """Every hour bring back what lies idle in the pools; return how many records came back or were warned of."""
        rules = self._pool_rules()
        if not rules or not self._is_time(workspace):
            return 0
        done = 0
        for pool in rules:
            with workspace.write(Cause("flow")) as unit:
                done += sum(self.pools.recycle(unit, pool).values())
        return done

    def _is_time(self, workspace: Workspace) -> bool:
        with workspace.write(Cause("flow")) as unit:
            high = high_water(unit, POOLS, first=unit.now - POOLS_EVERY)
            if high is None or high + POOLS_EVERY > unit.now:
                return False
            move_high_water(unit, POOLS, unit.now)
        return True

    def _message_house(self, notify: Notify) -> MessageHouse:
        return MessageHouse(
            plans=lambda: self._plans()[1],
            records=self._records,
            channels=self._channels,
            settings_of=self._settings,
            staff=self.staff,
            notify=notify,
            link_of=self._link,
            links_of=self._links,
            clinic=dict(self._workspace.info.name),
            find=self._find,
            cap_of=self._cap,
        )

    def _records(self, unit: Unit) -> FlowRecords:
        return self._of(unit, system_actor(self._workspace.key, zone=self._workspace.zone))

    def _plans(self) -> tuple[AppPlan, MessagePlans, Mapping[str, PoolRule]]:
        plan = self._service().app
        if self._compiled is None or self._compiled[0] is not plan:
            pools, _ = pools_of(plan.app, plan.analysis)
            self._compiled = (plan, compile_messages(plan.app, plan.analysis), pools)
        return self._compiled

    def _pool_rules(self) -> Mapping[str, PoolRule]:
        return self._plans()[2]

    def _settings(self, channel: str) -> Mapping[str, str]:
        return self.credentials.channel(self._workspace.key, channel) if self.credentials is not None else {}

    def _connection(self, key: str) -> Any:
        return self.credentials.connection(self._workspace.key, key) if self.credentials is not None else None

    def staff(self, unit: Unit, rule: Any) -> list[str]:
        """Return the user ids that a person rule means."""
        asked = {"user": rule} if isinstance(rule, str) else dict(rule)
        found = self._people.find(unit, Asked(asked, ""))
        return [one if isinstance(one, str) else one[0] for one in found]

    def _find(self, unit: Unit, form: str, field: str, value: str) -> list[str]:
        """Sealed fields are found by equality only, which is a filter and not a formula."""
        desk = self._service().desk(unit, system_actor(self._workspace.key, zone=self._workspace.zone))
        where = {"op": "and", "items": [{"field": field, "op": "eq", "value": value}]}
        found = desk.system_gate.page(RecordQuery(form, fields=("id",), where=where, limit=20)).records
        return [str(one["id"]) for one in found]

    def _cap(self, flow: str | None) -> tuple[int, int] | None:
        return self.journey_cap(flow)

    def _link(self, form: str | None, record_id: str | None) -> str:
        return f"{self._base}/r/{form}/{record_id}" if self._base and form and record_id else ""
