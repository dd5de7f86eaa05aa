"""Trial runs of flows on a clinic's own data: nothing of them stays, and no message leaves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.channel import CHANNELS
from engine.access import accounts
from engine.access.actor import Actor, system_actor
from engine.access.levels import Level
from engine.clock import VirtualClock
from engine.ids import is_id
from engine.ports import Address, Channel, Outgoing, Receipt
from engine.problems import Code, Forbidden, Rejected
from engine.store.rehearsal import TrialWorkspace, on_trial, set_apart
from engine.store.workspaces import Workspace
from flow_engine.asked import read_values
from flow_engine.compile import compile_flow, definition_problems
from flow_engine.plan import FlowPlan
from flow_engine.plans import FlowPlans
from flow_engine.simulation import Answers, Ends, Shadow, Stops, Story, SupposedSender, Trial, TrialFlows
from flow_engine.simulation.answers import length
from flow_engine.simulation.trial import Hands
from flow_engine.tasks.viewing import MANAGERS
from server.clinics import Clinic
from server.jobs import job_handlers

NO_SUBJECT = Code("trial.no_record", zh="这个流程是关于表单“{form}”的：请选一条记录，或虚构一条", en="This flow is about the form “{form}”: choose a record or invent one",
                  hint_zh="虚构的记录写成 {{\"values\": {{…}}}}", hint_en="An invented one is written {{\"values\": {{…}}}}")  # fmt: skip
NO_SUCH_RECORD = Code(
    "trial.gone", zh="没有这条记录，或已删除", en="There is no such record, or it was deleted"
)
TOO_FAR = Code("trial.too_far", zh="最多向前推演 {days} 天", en="A trial looks at most {days} days ahead")
NO_NODE = Code("trial.no_node", zh="流程里没有节点“{node}”", en="The flow has no node “{node}”",
               hint_zh="断点写节点的 key", hint_en="Name nodes by their keys")  # fmt: skip
NO_LOGIN = Code("trial.login", zh="没有账号“{login}”", en="There is no login “{login}”")
MOST_DAYS = 400
DRAFT = 1_000_000
"""Version of a definition that is only tried."""
REAL = frozenset({"message", "hand_over"})
"""Kinds of effects that are carried out within the trial: messages as far as the outbox, tasks that change hands."""


@dataclass(frozen=True)
class Asked:
    """What is to be tried. `definition`: a flow not yet published, instead of the one in force."""

    flow: str
    subject: tuple[str, str | Mapping[str, Any]] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    until: timedelta = timedelta(days=30)
    definition: Mapping[str, Any] | None = None
    real_s: float = 10.0
    stops: Stops | None = None
    """Where to halt."""


@dataclass(frozen=True)
class SilentChannel:
    """A channel that says it sent and sends nothing."""

    of: Channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of, name)

    def address(self, to: Address) -> str | None:
        """Return where it would go."""
        return self.of.address(to)

    def send(self, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        """Send nothing."""
        return Receipt("sent", "trial")


def simulate(clinic: Clinic, actor: Actor, asked: Asked, answers: Answers) -> dict[str, Any]:
    """Return what a flow would do about one record, hour by hour. For those who manage flows. Rejected."""
    _managers_only(clinic, actor)
    plans = _plans(clinic, asked)
    plan = plans.get(asked.flow)
    _check(clinic, plan.subject, asked)
    _by_login(clinic, answers)
    now = clinic.workspace.clock.now()
    with set_apart(clinic.workspace) as ground, _trial(clinic, ground, actor, plans, answers, now) as trial:
        values = read_values(plan.variables, asked.values)
        return trial.run(plan.key, actor, asked.subject, values, Ends(asked.until, asked.real_s))


def shadow(
    clinic: Clinic, actor: Actor, asked: Asked, answers: Answers, since: timedelta, most: int
) -> dict[str, Any]:
    """Return whom a flow would have contacted about the records of a past period. For those who manage flows. Rejected."""
    _managers_only(clinic, actor)
    plans = _plans(clinic, asked)
    _within(asked.until)
    _within(since)
    _by_login(clinic, answers)
    flows = clinic.flows
    now = clinic.workspace.clock.now()

    with set_apart(clinic.workspace) as ground:

        @contextmanager
        def trial_at(at: datetime) -> Iterator[Trial]:
            again = replace(answers, tasks=[replace(one) for one in answers.tasks])
            with _trial(clinic, ground, actor, plans, again, at) as one:
                yield one

        run = Shadow(flows, plans.get(asked.flow), actor, trial_at)
        return run.run(now - since, now, asked.until, most, asked.real_s)


@contextmanager
def _trial(
    clinic: Clinic, ground: Workspace, actor: Actor, plans: FlowPlans, answers: Answers, now: datetime
) -> Iterator[Trial]:
    rights = clinic.plan.policy.rights(actor)
    clock = VirtualClock(now)
    with on_trial(ground, clock) as workspace:
        silent = {kind: SilentChannel(one) for kind, one in CHANNELS.all().items()}
        tried = clinic.on_trial(workspace, plans, silent)
        flows = _flows(tried, workspace, plans, answers)
        flows.story = Story(flows, lambda form, key: rights.effective(form, key).ceiling >= Level.READ)
        tried.take_flows(flows)
        by = system_actor(workspace.key, zone=workspace.zone)
        hands = Hands(
            lambda form, values: str(tried.service.create(by, form, dict(values))["record"]["id"]),
            lambda form, record_id, values: _update(tried, by, form, record_id, values),
        )
        yield Trial(workspace, clock, flows, job_handlers(tried), hands, answers)


def _flows(tried: Clinic, workspace: TrialWorkspace, plans: FlowPlans, answers: Answers) -> TrialFlows:
    ports = tried.flows.ports
    supposed = SupposedSender(answers)
    senders = {kind: one if kind in REAL else supposed for kind, one in ports.senders.items()}
    return TrialFlows(workspace, lambda: plans, replace(ports, senders=senders))


def _update(tried: Clinic, by: Actor, form: str, record_id: str, values: Mapping[str, Any]) -> None:
    tried.service.update(by, form, record_id, dict(values))


def _managers_only(clinic: Clinic, actor: Actor) -> None:
    if not clinic.tasking.tasks.forms.is_manager(actor):
        raise Forbidden(MANAGERS.at(""))


def _plans(clinic: Clinic, asked: Asked) -> FlowPlans:
    """Return the flows in force, the one to be tried among them as given."""
    plans = clinic.flows.plans
    if asked.definition is None:
        if asked.flow in plans.broken:
            raise Rejected(plans.broken[asked.flow])
        return _halting(plans, plans.get(asked.flow), asked) if asked.stops is not None else plans
    problems = list(definition_problems(asked.definition, ""))
    if problems:
        raise Rejected(problems)
    draft = compile_flow(asked.definition, plans.analysis, DRAFT)
    return _halting(plans, draft, asked)


def _halting(plans: FlowPlans, plan: FlowPlan, asked: Asked) -> FlowPlans:
    """Return the flows with this one in force, halting where it is asked to. Rejected where it has no such node."""
    if asked.stops is not None:
        strange = [one for one in asked.stops.nodes if one not in plan.nodes]
        if strange:
            raise Rejected(NO_NODE.at(f"/break/{one}", node=one) for one in strange)
        plan = replace(plan, stops=asked.stops)
    return FlowPlans(plans.app, plans.analysis, {**plans.current, asked.flow: plan}, plans.broken)


def _check(clinic: Clinic, form: str | None, asked: Asked) -> None:
    _within(asked.until)
    if form is not None and asked.subject is None:
        raise Rejected(NO_SUBJECT.at("/record", form=clinic.plan.forms[form].name))
    key, record_id = asked.subject or ("", None)
    if not isinstance(record_id, str):
        return
    with clinic.workspace.read() as unit:
        records = clinic.flows.ports.records(unit, system_actor(clinic.key, zone=clinic.workspace.zone))
        found = is_id(record_id) and records.knows(key) and records.read(key, record_id, frozenset({("id",)}))
    if not found or found[("id",)] is None:
        raise Rejected(NO_SUCH_RECORD.at("/record"))


def _within(span: timedelta) -> None:
    if not timedelta(0) <= span <= timedelta(days=MOST_DAYS):
        raise Rejected(TOO_FAR.at("/until", days=MOST_DAYS))


def _by_login(clinic: Clinic, answers: Answers) -> None:
    """Let people be named by their logins."""
    with clinic.workspace.read() as unit:
        for at, one in enumerate(answers.tasks):
            if one.by is None or is_id(one.by):
                continue
            account = accounts.account_by_login(unit.connection, one.by)
            if account is None:
                raise Rejected(NO_LOGIN.at(f"/answers/tasks/{at}/by", login=one.by))
            one.by = account.user_id


__all__ = ["Asked", "length", "shadow", "simulate"]
