"""The house: the installation, its clinics with the app each one runs, and the jobs behind them."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from engine.access import accounts
from engine.access.actor import Actor, system_actor
from engine.access.passwords import Passwords
from engine.building import building
from engine.clock import Clock, SystemClock
from engine.definitions import versions
from engine.definitions.app import App
from engine.events import Event, dispatch
from engine.jobs.dispatcher import Dispatcher, work
from engine.ports import Channel
from engine.problems import Code, NotFound
from engine.sandbox.scripts import BoxScripts
from engine.store.platform import META
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Installation, Workspace, in_unit
from engine.store.workspaces import Settings as StoreSettings
from flow_engine.acts import Choose
from flow_engine.messages.service import TOLD
from flow_engine.plans import FlowPlans, publish
from flow_engine.service import FlowService
from flow_engine.tables import FLOW_TABLES
from flow_engine.world import FlowPorts
from form_engine.compile import compile_published
from form_engine.exporting.service import ExportService
from form_engine.importing.service import ImportService
from form_engine.plan import AppPlan
from form_engine.public import PublicForms
from form_engine.public_links import PublicLinks
from form_engine.service import RecordService
from report_engine.service import ReportService
from report_engine.tables import REPORT_TABLES
from server.credentials import Credentials
from server.dashboard_notes import NOTE_TABLES
from server.flow_lookups import FlowLookups
from server.flow_people import FlowPeople
from server.flows import FlowDesk, flow_actor, notify_of_flow
from server.housekeeping import Housekeeping
from server.jobs import job_handlers
from server.live import LiveWords
from server.message_links import MessageLinks
from server.notices import Notices
from server.outside import Outside
from server.people import People, branch_zones, known_person
from server.rates import Rates
from server.report_out import ReportOut, Rounds
from server.settings import Settings
from server.task_sender import TaskSender
from server.tasking import Tasking

NO_APP = Code(
    "house.no_app",
    zh="诊所“{key}”还没有安装应用",
    en="The workspace “{key}” has no app yet",
    hint_zh="运行 clinicraft install dental --workspace {key}",
    hint_en="Run: clinicraft install dental --workspace {key}",
)

NO_LOGIN = Code(
    "house.no_login",
    zh="没有账号“{login}”",
    en="There is no login “{login}”",
    hint_zh="练习诊所的账号见登录页",
    hint_en="The sign-in page of the practice clinic lists its logins",
)

VERSION_FRESH_S = 2.0
ROUND_S = 2.0
"""How often flows look at schedules and segments."""
RIGHTS_FORMS = frozenset({"staff", "branch"})
"""Forms whose records say who works where: row scopes hang on them."""
DEMO_LOGINS = "demo_logins"
"""Key in `cc_meta` under which a practice clinic keeps what its sign-in page offers."""


class Clinic:
    """One workspace with the app version it runs, compiled."""

    def __init__(
        self,
        workspace: Workspace,
        credentials: Credentials | None = None,
        scripts: BoxScripts | None = None,
        channels: Mapping[str, Channel] | None = None,
        public_url: str = "",
    ) -> None:
        self.workspace = workspace
        self.credentials, self.scripts, self._channels = credentials, scripts, channels
        self.public_url = public_url
        self.people = People(workspace)
        self.is_put_forward = False
        """Whether the clock of a practice clinic is being put forward: reports are worked out when it stands again."""
        self._lock = threading.Lock()
        self._number = 0
        self._plan: AppPlan | None = None
        self._service: RecordService | None = None
        self._public: PublicForms | None = None
        self._flow_plans: FlowPlans | None = None
        self._tasking: Tasking | None = None
        self._reports: ReportService | None = None
        self._report_out: ReportOut | None = None
        self._flows = FlowService(workspace, self._plans_of_flows, self._flow_ports())
        self.outside.journey_cap = self._flows.journeys.cap_of
        self._checked_at = 0.0

    @property
    def key(self) -> str:
        return self.workspace.key

    @property
    def plan(self) -> AppPlan:
        """Return the compiled app; a version published elsewhere is taken up within two seconds, never inside a unit."""
        is_fresh = time.monotonic() - self._checked_at <= VERSION_FRESH_S
        if self._plan is None or not (is_fresh or in_unit()):
            self._refresh()
        assert self._plan is not None
        return self._plan

    @property
    def service(self) -> RecordService:
        """Return the service over the records, for the version in force."""
        plan = self.plan
        if self._service is None or self._service.app is not plan:
            self._service = RecordService(self.workspace, plan)
        return self._service

    @property
    def imports(self) -> ImportService:
        """Return the imports, for the version in force."""
        return ImportService(self.service, self.person)

    @property
    def exports(self) -> ExportService:
        """Return the exports, for the version in force."""
        return ExportService(self.service, self.person)

    @property
    def public(self) -> PublicForms:
        """Return the public forms, for the version in force; one object, since it counts submissions."""
        service = self.service
        if self._public is None or self._public.service is not service:
            counted = self._public.limit if self._public is not None else None
            self._public = PublicForms(service, self.links, self.person, counted)
        return self._public

    @property
    def links(self) -> PublicLinks:
        """Return the links to public forms, for the version in force."""
        return PublicLinks(self.service)

    @property
    def flows(self) -> FlowService:
        """Return the flows, those of the version in force taken up."""
        self.service  # noqa: B018 - looks for a new version
        return self._flows

    @property
    def tasking(self) -> Tasking:
        """Return what people have to do, for the version in force."""
        flows, service = self.flows, self.service
        if self._tasking is None or self._tasking.service is not service:
            self._tasking = Tasking(flows, service)
        return self._tasking

    def on_trial(self, workspace: Workspace, plans: FlowPlans, channels: Mapping[str, Channel]) -> "Clinic":
        """Return this clinic over a workspace on which things are tried out: the same app, and ways out that lead nowhere."""
        tried = Clinic(workspace, None, self.outside.scripts, channels, self.public_url)
        tried._plan, tried._number, tried._flow_plans = self.plan, self._number, plans
        tried._checked_at = float("inf")
        return tried

    def take_flows(self, flows: FlowService) -> None:
        """Let another service move the flows."""
        self._flows = flows
        self._tasking = None

    @property
    def reports(self) -> ReportService:
        """Return reports and dashboards, for the version in force; answers that it keeps go with the version."""
        plan = self.plan
        if self._reports is None or self._reports.policy is not plan.policy:
            hours = self.outside.calendar.table
            self._reports = ReportService(self.workspace, plan.app, plan.policy, open_hours=hours)
        return self._reports

    @property
    def report_out(self) -> ReportOut:
        """Return what reports send out, for the version in force. To be asked before a unit is opened."""
        reports = self.reports
        if self._report_out is None or self._report_out.reports is not reports:
            self._report_out = ReportOut(self, reports)
        return self._report_out

    def _plans_of_flows(self) -> FlowPlans:
        assert self._flow_plans is not None, "ask Clinic.flows"
        return self._flow_plans

    def _flow_ports(self) -> FlowPorts:
        """Return what flows need of the other rooms. Used within open units, so nothing here looks for a new version."""
        workspace = self.workspace
        people = FlowPeople(self._actor_of, self._choose, self._is_keeper)

        def service() -> RecordService:
            assert self._service is not None, "ask Clinic.flows"
            return self._service

        def records(unit: Unit, actor: Actor) -> FlowDesk:
            return FlowDesk(service(), unit, actor, people)

        links = MessageLinks(
            workspace.key, self.public_url, service, lambda unit: records(unit, system_actor(workspace.key, zone=workspace.zone)),
            self._actor_of,
        )  # fmt: skip
        self.outside = Outside(
            workspace, service, records, people, notify_of_flow, self.credentials, self.scripts,
            base_url=self.public_url, links_of=links.of, channels=self._channels,
        )  # fmt: skip
        return FlowPorts(
            records=records,
            service_actor=lambda key, definition: flow_actor(workspace.key, workspace.zone, key, definition),
            people=people,
            calendar=self.outside.calendar,
            scripts=self.outside.scripts,
            script_calls=self.outside.script_calls,
            senders={**self.outside.senders, "hand_over": TaskSender(workspace, lambda: self.tasking)},
            notify=notify_of_flow,
            zone_of=workspace.zone_of,
            lookups_of=lambda unit, actor: FlowLookups(lambda: records(unit, actor)),
        )

    def _choose(self, unit: Unit, asked: Choose) -> str | None:
        return self.outside.router.choose(unit, asked)

    def _is_keeper(self, account: accounts.Account) -> bool:
        """Tell whether a person may manage accounts."""
        assert self._plan is not None
        roles = self._plan.app.of("roles")
        return any(roles.get(key, {}).get("rights", {}).get("users") for key in account.roles)

    def _actor_of(self, unit: Unit, account: accounts.Account) -> Actor:
        assert self._plan is not None
        return self._known(unit, self._plan, account, account.user_id)

    def person(self, user_id: str) -> Actor:
        """Return a person by id, as background work on their behalf needs it. NotFound for none."""
        plan = self.plan
        with self.workspace.read() as unit:
            return self._known(unit, plan, accounts.account_of(unit.connection, user_id), user_id)

    def _known(self, unit: Unit, plan: AppPlan, account: accounts.Account | None, asked: str) -> Actor:
        if account is None or not account.is_active:
            raise NotFound(NO_LOGIN.at("/login", login=asked))
        session = accounts.Session(account, account.branch_id, unit.now)
        return known_person(self.workspace, unit, plan, session).actor

    def actor(self, login: str) -> Actor:
        """Return a person by login, for the command line. NotFound for none."""
        plan = self.plan
        with self.workspace.read() as unit:
            return self._known(unit, plan, accounts.account_by_login(unit.connection, login), login)

    @property
    def version_number(self) -> int:
        return self._number

    def _refresh(self) -> None:
        with self._lock:
            with self.workspace.read() as unit:
                current = versions.current(unit.connection)
                if current is None:
                    raise NotFound(NO_APP.at("", key=self.key))
                app = (
                    None if current.number == self._number else versions.load(unit.connection, current.number)
                )
            if app is not None:
                self._take_up(current.number, app)
            self._set_zones()
            self._checked_at = time.monotonic()

    def _take_up(self, number: int, app: App) -> None:
        with building():
            plan = compile_published(app)
            with self.workspace.write(Cause("system")) as unit:
                self._flow_plans = publish(unit, app, plan.analysis, number)
        self._plan = plan
        self._number = number
        self.people.forget()

    def _set_zones(self) -> None:
        assert self._plan is not None
        branch = self._plan.forms.get("branch")
        if branch is not None and "zone" in branch.shape.fields:
            with self.workspace.read() as unit:
                self.workspace.branch_zones = branch_zones(self.workspace, unit, self._plan)

    def listen(self, unit: Unit, event: Event) -> None:
        """Take in an event: where people or branches changed, rights are worked out anew."""
        if event.form in RIGHTS_FORMS:
            accounts.bump_rules(unit.connection)
            unit.at_last(self.people.forget)


class House:
    """One running installation. Opened once a process."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.passwords = Passwords()
        self.installation = Installation.open(
            StoreSettings(
                data_dir=Path(settings.home),
                database_url=_sqlalchemy_url(settings.database_url),
                pool_size=settings.threads,
                clock=self.clock,
                more_tables=(FLOW_TABLES, NOTE_TABLES, REPORT_TABLES),
            )
        )
        self.rates = Rates()
        self.credentials = Credentials(Path(settings.home))
        self.scripts = BoxScripts()
        self.live = LiveWords()
        self._clinics: dict[str, Clinic] = {}
        self._lock = threading.Lock()
        self._dispatcher: Dispatcher | None = None
        self._rounds: dict[str, tuple[float, datetime]] = {}
        self._report_rounds = Rounds()
        self._told_data: dict[str, float] = {}
        self._steps = (self._hand_out, self._run_jobs, self._keep_time, Housekeeping())
        self.hint: Callable[[], None] | None = None
        """Tells worker processes that there is work; None: this process does it."""

    def only_workspace(self) -> str:
        """Return the key of the only workspace, or "" where there are none or several."""
        found = self.installation.registry()
        return found[0].key if len(found) == 1 else ""

    def clinic(self, key: str) -> Clinic:
        """Return a clinic by its workspace key, opened once. NotFound for none."""
        found = self._clinics.get(key)
        if found is not None:
            return found
        workspace = self.installation.workspace(key)
        workspace.on_news = self.wake
        with self._lock:
            return self._clinics.setdefault(
                key, Clinic(workspace, self.credentials, self.scripts, public_url=self.settings.public_url)
            )

    def demo_logins(self, key: str) -> Any:
        """Return the demo accounts of a practice clinic, with their password; none of a real one."""
        with self.clinic(key).workspace.read() as unit:
            found = unit.connection.execute(select(META.c.value).where(META.c.key == DEMO_LOGINS)).scalar()
        return json.loads(found) if found else []

    def start_jobs(self) -> None:
        """Start the thread that hands out events and runs jobs of every clinic."""
        if self._dispatcher is None:
            self._dispatcher = Dispatcher(self._workspaces, self._steps)
            self._dispatcher.start()

    def work_once(self) -> int:
        """Go through what is to do in every clinic once; return how much was done. For workers, on a hint."""
        done = 0
        for workspace in self._workspaces():
            done += sum(step(workspace) for step in self._steps)
        return done

    def _hand_out(self, workspace: Workspace) -> int:
        clinic = self.clinic(workspace.key)
        # The plan is looked up before the unit opens: listeners work inside it.
        out = clinic.report_out
        return dispatch(
            workspace,
            (clinic.listen, clinic.flows.listen, Notices(clinic.service), self._tell_pages, out.listen),
        )

    def _tell_pages(self, unit: Unit, event: Event) -> None:
        """Let open pages look again at what an event changed for people."""
        if event.form is not None:
            unit.at_last(lambda: self._tell_data(unit.workspace.key))
        people = event.body.get("people")
        if event.kind in ("flow.tasks", TOLD) and people:
            key = unit.workspace.key
            unit.at_last(lambda: self.live.tell(key, people, "tasks"))

    def _tell_data(self, key: str) -> None:
        """Let open pages know that records have changed: at most once a second, since they wait longer before they ask."""
        now = time.monotonic()
        if now - self._told_data.get(key, -1.0) >= 1.0:
            self._told_data[key] = now
            self.live.tell_all(key, "data")

    def _run_jobs(self, workspace: Workspace) -> int:
        return work(workspace, job_handlers(self.clinic(workspace.key)), "embedded")

    def wake(self) -> None:
        """Say that there is work, so that it need not wait for the next sweep: to workers, where there are any."""
        if self.hint is not None:
            self.hint()
        elif self._dispatcher is not None:
            self._dispatcher.wake()

    def wake_here(self) -> None:
        """Let this process look for work at once."""
        if self._dispatcher is not None:
            self._dispatcher.wake()

    def _keep_time(self, workspace: Workspace) -> int:
        """Do what flows have to do by the clock."""
        clinic = self.clinic(workspace.key)
        flows = clinic.flows
        done = flows.tick(workspace)
        # Rounds cost a little each: not while the dispatcher is busy, but at once when a virtual clock has jumped.
        now, real = workspace.clock.now(), time.monotonic()
        last = self._rounds.get(workspace.workspace_id)
        if last is None or real - last[0] >= ROUND_S or now - last[1] >= timedelta(seconds=5 * ROUND_S):
            self._rounds[workspace.workspace_id] = real, now
            done += flows.sweep(workspace) + clinic.outside.sweep(workspace)
            if self._report_rounds.is_time(workspace.workspace_id, now):
                done += clinic.report_out.sweep()
        return done

    def _workspaces(self) -> list[Workspace]:
        return [self.installation.workspace(info.key) for info in self.installation.registry()]

    def close(self) -> None:
        """Stop the jobs and give back all connections."""
        if self._dispatcher is not None:
            self._dispatcher.stop()
        self.scripts.close()
        self.installation.close()


def _sqlalchemy_url(url: str | None) -> str | None:
    if url is None:
        return None
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
