"""Buttons of flows: pressed on a few records at once, on many in the background; each record is judged by itself."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from engine.access.actor import Actor
from engine.jobs.queue import Job, JobRun, enqueue
from engine.problems import Code, Conflict, Forbidden, NotFound, Rejected
from engine.store.unit import Cause, Unit
from flow_engine.asked import read_asked
from flow_engine.plan import FlowPlan, TriggerPlan
from flow_engine.tasks import listing
from form_engine.desk import NO_RECORD
from form_engine.service import bulk, personal
from server.left_out import grouped, own_job, so_far

if TYPE_CHECKING:
    from server.clinics import Clinic

NO_BUTTON = Code("flow.no_button", zh="这里不能手工启动这个流程", en="This flow cannot be started here by hand",
                 hint_zh="它可能正在运行，或只对某些角色、状态开放", hint_en="It may be running already, or be for certain roles or states only")  # fmt: skip
IS_RUNNING = Code("flow.runs_already", zh="这条记录的“{flow}”还在进行中", en="“{flow}” is still at work on this record",
                  hint_zh="先完成或撤回正在进行的", hint_en="Finish or withdraw that one first")  # fmt: skip
NOT_MINE = Code("flow.record_not_mine", zh="您不能修改这条记录，所以不能对它启动“{flow}”", en="You may not change this record, so you cannot start “{flow}” on it",
                hint_zh="请交给归属人或主管处理", hint_en="Leave it to its owner or to the lead")  # fmt: skip
NOT_FOR_IT = Code("flow.not_for_record", zh="这条记录的状态不适合“{flow}”", en="“{flow}” is not for a record like this one",
                  hint_zh="查看记录的状态、归属是否符合要求", hint_en="Look at its stage and its owner")  # fmt: skip

KIND = "flow.press"
AT_ONCE = 20
"""How many records somebody waits for."""
PORTION = 10


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed. `key` makes the same press twice one."""

    flow: str
    trigger: str | None
    form: str
    values: Mapping[str, Any]
    key: str


@dataclass(slots=True)
class Pressed:
    """What came of it so far; refusals that say the same stand together."""

    started: list[str]
    refused: dict[str, list[str]]
    """Record ids by the problems (as JSON text) that refused them."""

    def note(self, record_id: str, refused: Rejected) -> None:
        """Keep why a record was refused."""
        text = msgspec.json.encode([problem.to_json() for problem in refused.problems]).decode()
        self.refused.setdefault(text, []).append(record_id)

    def failures(self) -> list[dict[str, Any]]:
        """Return the refusals, a line for each record."""
        return [
            {"record_id": one, "problems": msgspec.json.decode(text)}
            for text, ids in self.refused.items()
            for one in ids
        ]


class Pressing:
    """Presses buttons for people, in one clinic under the version in force."""

    def __init__(self, clinic: "Clinic") -> None:
        self.clinic, self.flows, self.forms = clinic, clinic.flows, clinic.tasking.tasks.forms

    def buttons(self, actor: Actor, form: str, places: Sequence[str]) -> list[tuple[FlowPlan, TriggerPlan]]:
        """Return the buttons of a form that this person may press, of those that stand in one of the places."""
        return [
            (plan, button)
            for plan in self.flows.plans.current.values()
            for button in plan.triggers
            if button.kind == "button"
            and button.form == form
            and button.config.get("where", "both") in places
            and may_press(actor, button)
        ]

    def button(self, actor: Actor, press: Press) -> tuple[FlowPlan, TriggerPlan]:
        """Return the button meant. NotFound where this person has no such button."""
        plan = self.flows.plans.get(press.flow)
        for button in plan.triggers:
            if (
                button.kind == "button"
                and press.trigger in (None, button.key)
                and press.form in ("", button.form)
                and may_press(actor, button)
            ):
                return plan, button
        raise NotFound(NO_BUTTON.at("/flow"))

    def chosen(self, actor: Actor, press: Press, request: Mapping[str, Any]) -> list[str]:
        """Return the records meant: one, those named, or all that a list shows this person. What is asked for is looked at, too."""
        plan, button = self.button(actor, press)
        _asked(plan, button, press)
        record_id = request.get("record_id")
        wanted = (
            {**request, "ids": [record_id]} if record_id is not None and "ids" not in request else request
        )
        with self.clinic.service.reading(actor) as desk:
            return bulk.named(desk, str(button.form), wanted)

    def later(self, actor: Actor, press: Press, ids: Sequence[str]) -> str:
        """Let a job press for many; return it."""
        body = {"press": asdict(press), "ids": list(ids), "by": actor.user_id}
        with self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
            return enqueue(unit, KIND, body, unique_key=f"{KIND}:{actor.user_id}:{press.key}")

    def at_once(self, actor: Actor, press: Press, ids: Sequence[str]) -> Pressed:
        """Press for some, each in a transaction of its own."""
        plan, button = self.button(actor, press)
        done = Pressed([], {})
        for record_id in ids:
            with suppress(_Kept), self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
                self._one(unit, actor, plan, button, press, record_id, done)
        return done

    def execute(self, run: JobRun) -> Any:
        """Do the job: portions, each with its progress in its own transaction, so that a crash repeats nothing."""
        body = run.job.body
        press, ids, actor = Press(**body["press"]), body["ids"], self.clinic.person(body["by"])
        plan, button = self.button(actor, press)
        done, kept = Pressed([], {}), so_far(run.job, started=0)
        done.refused = kept["refused"]
        count = kept["started"]
        for at in range(run.job.done, len(ids), PORTION):
            with self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
                for record_id in ids[at : at + PORTION]:
                    with suppress(_Kept), unit.savepoint():
                        self._one(unit, actor, plan, button, press, record_id, done)
                note = msgspec.json.encode({"started": count + len(done.started), "refused": done.refused})
                run.checkpoint(unit, min(at + PORTION, len(ids)), len(ids), note.decode())
        told = {"started": count + len(done.started), "refused": done.refused}
        with self.clinic.workspace.write(Cause("user", actor.user_id)) as unit:
            refused = sum(len(some) for some in done.refused.values())
            personal.notify(unit, [actor.user_id], "flow.pressed", _words(plan, button, told["started"], refused, run.job.job_id))  # fmt: skip
        return told

    def state(self, actor: Actor, job_id: str) -> dict[str, Any]:
        """Return how far a press of mine is, and which records were refused why. NotFound."""
        with self.clinic.service.reading(actor) as desk:
            job = own_job(desk, actor, job_id, KIND)
            form, told = self._form(job), job.result or so_far(job, started=0)
            groups = grouped(desk, form, told["refused"])
        plan = self.flows.plans.current.get(job.body["press"]["flow"])
        name = plan.name if plan is not None else {"zh": job.body["press"]["flow"]}
        return {
            "state": job.state, "done": job.done, "total": len(job.body["ids"]), "form": form, "name": name,
            "started": told["started"], "refused": groups,
        }  # fmt: skip

    def _form(self, job: Job) -> str:
        press = job.body["press"]
        if press["form"]:
            return str(press["form"])
        plan = self.flows.plans.current.get(press["flow"])
        return next((str(one.form) for one in plan.triggers if one.kind == "button"), "") if plan else ""

    def _one(
        self, unit: Unit, actor: Actor, plan: FlowPlan, button: TriggerPlan, press: Press, record_id: str, done: Pressed
    ) -> None:  # fmt: skip
        """Start the flow on one record, or keep why not and take back what was begun."""
        try:
            why = self.refusal(unit, actor, plan, button, record_id)
            if why is not None:
                raise why
            key = f"button:{plan.key}:{record_id}:{press.key}"
            subject = (str(button.form), record_id)
            asked_for = _asked(plan, button, press)
            made = self.flows.start(
                unit, actor, plan.key, subject, asked_for, key, f"{plan.key}.{button.key}"
            )
        except Rejected as refused:
            done.note(record_id, refused)
            raise _Kept from refused
        if made is not None:
            done.started.append(made)

    def refusal(
        self, unit: Unit, actor: Actor, plan: FlowPlan, button: TriggerPlan, record_id: str
    ) -> Rejected | None:
        """Return why the button does not stand on a record for this person; None where it does."""
        form, name = str(button.form), button.config.get("name") or plan.name
        found = self.forms.read(unit, actor, form, record_id)
        if found is None:
            return NotFound(NO_RECORD.at(""))
        if button.config.get("needs") == "edit" and not found["can"].get("edit"):
            return Forbidden(NOT_MINE.at("", flow=name))
        if not button.config.get("many") and listing.runs_about(unit, plan.key, form, record_id):
            return Conflict(IS_RUNNING.at("", flow=name))
        when = button.config.get("when")
        if when:
            ports = self.flows.ports
            records = ports.records(unit, ports.service_actor(plan.key, plan.definition))
            if record_id not in records.find(form, f'AND(({when}), RECORDID() = "{record_id}")', {}, (), 1):
                return Conflict(NOT_FOR_IT.at("", flow=name))
        return None


class _Kept(Exception):  # noqa: N818 - no error: it takes back what one record began, and is passed over
    """Why a record was refused is kept; what it began is taken back."""


def may_press(actor: Actor, button: TriggerPlan) -> bool:
    """Tell whether the button is for one of the person's roles."""
    roles = button.config.get("roles")
    return not roles or bool(actor.roles & set(roles))


def _asked(plan: FlowPlan, button: TriggerPlan, press: Press) -> dict[str, Any]:
    return read_asked(plan.variables, button.config.get("ask", ()), press.values)


def _words(plan: FlowPlan, button: TriggerPlan, started: int, refused: int, job_id: str) -> dict[str, Any]:
    name = button.config.get("name") or plan.name
    zh, en = name.get("zh", plan.key), name.get("en", name.get("zh", plan.key))
    kept_zh = f"，{refused} 条未启动" if refused else ""
    kept_en = f"; {refused} were left out" if refused else ""
    title = {
        "zh": f"“{zh}”已对 {started} 条记录启动{kept_zh}",
        "en": f"“{en}” started on {started} records{kept_en}",
    }
    return {"title": title, "press": job_id}
