"""Messages sent: to whom, whether now, in which words; told to the ledger, the outbox and the message log.

`prepare` decides and writes in one transaction, `send` calls the outside with no transaction open, `ended` writes what
came of it. A message to several people becomes a job for each, so that one of them cannot hold up the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.breaker import Breaker
from engine.expressions.moments import DEFAULT_ZONE
from engine.jobs.queue import JobHandler, JobRun, enqueue
from engine.masks import mask
from engine.ports import Address, Channel, Delivery, FlowRecords, Outgoing
from engine.problems import Code, Problem, Rejected
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from engine.text import Words, say
from flow_engine import effects
from flow_engine.messages import ledger
from flow_engine.messages.contact_gate import Asked, Contact, Drop, Go, Later, Policy, decide
from flow_engine.messages.people import Contacts, StaffOf, staff_address
from flow_engine.messages.plan import MessagePlan, MessagePlans
from flow_engine.messages.rendering import About, words_of

NO_MESSAGE = Code(
    "message.unknown",
    zh="没有名为“{message}”的消息，或它有问题不能发送",
    en="There is no message “{message}”, or it has problems and cannot be sent",
    hint_zh="请在消息设计里检查",
    hint_en="Check it where messages are designed",
)
REASONS: Mapping[str, Words] = {
    "when": {"zh": "条件不成立", "en": "its condition does not hold"},
    "nobody": {"zh": "没有收件人", "en": "nobody to send it to"},
    "gone": {"zh": "收件人的记录已删除", "en": "the recipient's record is gone"},
    "deceased": {"zh": "客户已去世", "en": "the contact has died"},
    "closed": {"zh": "客户已注销、合并或拉黑", "en": "the contact's account is closed, merged or blocked"},
    "opted_out": {"zh": "已退订", "en": "opted out"},
    "no_consent": {"zh": "未同意接收营销", "en": "no consent to marketing"},
    "no_address": {"zh": "没有可用的联系方式", "en": "cannot be reached by any of its channels"},
    "cap": {"zh": "超过频次上限", "en": "too many messages already"},
    "quiet_hours": {"zh": "免打扰时段", "en": "quiet hours"},
    "channel_down": {
        "zh": "通道接连出错，先停一会儿再发",
        "en": "the channel failed again and again and is left alone for a while",
    },
    "apart": {"zh": "刚有更重要的消息", "en": "something that matters more was just sent"},
    "hold:complaint": {"zh": "有未结投诉", "en": "an open complaint"},
    "hold:adverse_event": {"zh": "有未闭环的不良事件", "en": "an open adverse event"},
    "hold:pregnancy": {"zh": "孕期暂停营销", "en": "pregnant: no marketing"},
}
"""Why a message was not sent, or not yet."""

LOG = "message_log"
LOG_CHANNELS = {"wechat": "wechat_template"}
STOP_WORDS = frozenset({"t", "td", "退订", "拒收", "r", "n", "stop", "unsubscribe", "quit", "cancel", "end"})
"""What people answer to be left alone."""
JOB = "message.send"
TOLD = "message.told"
"""Event: somebody has a new line in the drawer; open pages look again."""
SURE_IF_TWICE = frozenset({"safety", "care"})
"""Classes for which twice is better than never: sent again when nobody knows whether it went out."""


def reason_words(reason: str | None, lang: str) -> str:
    """Return why a message was held back, in words."""
    return say(REASONS.get(reason or "", {"zh": reason or "", "en": reason or ""}), lang)


@dataclass(frozen=True)
class House:
    """What messages need of the house around them; `server` fills it in."""

    plans: Callable[[], MessagePlans]
    records: Callable[[Unit], FlowRecords]
    channels: Mapping[str, Channel]
    settings_of: Callable[[str], Mapping[str, str]] = lambda _channel: {}
    """Credentials of a channel; empty: its messages stay in the outbox."""
    staff: Callable[[Unit, Any], list[str]] = lambda _unit, rule: [rule] if isinstance(rule, str) else []
    """User ids that a person rule stands for."""
    staff_address: StaffOf = staff_address
    notify: Callable[[Unit, tuple[str, ...], str, Mapping[str, Any], str | None, str | None], None] | None = (
        None
    )
    link_of: Callable[[str | None, str | None], str] = lambda _form, _record_id: ""
    links_of: Callable[[Unit, str | None, str | None], Mapping[str, str]] = lambda _u, _f, _r: {}
    clinic: Words = field(default_factory=dict)
    contacts: Contacts = field(default_factory=Contacts)
    policy: Policy = field(default_factory=Policy)
    find: Callable[[Unit, str, str, str], list[str]] = lambda _unit, _form, _field, _value: []
    """Ids of the records of a form with a value in a field, sealed ones too."""
    cap_of: Callable[[str | None], tuple[int, int] | None] = lambda _flow: None
    """A cap of the flow's own, (messages, days): a journey's."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person. `form` is None for the staff."""

    form: str | None
    person_id: str

    def to_json(self) -> dict[str, Any]:
        return {"person": self.person_id} if self.form is None else {"form": self.form, "id": self.person_id}


STAFF = "user"


class MessageService:
    """Sends messages of one workspace. It is the sender (port `Sender`) of effects of kind `message`.

    Body: `{"message", "whom", "whom_form"?, "channels"?, "class"?, "urgent"?, "values"?, "names"?, "form"?,
    "record_id"?, "cap"?}`; `whom` is a person rule, a user id, or the record of a contact; `names` are the flow's.
    """

    def __init__(self, workspace: Workspace, house: House) -> None:
        self._workspace, self._house = workspace, house
        self._breaker = Breaker()

    # Port Sender.

    def prepare(self, unit: Unit, key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Delivery:
        """Return what is to be sent; or `later` with a time, `dropped` with a reason, `refused`."""
        plan = self._house.plans().plans.get(str(body.get("message")))
        if plan is None:
            problem = NO_MESSAGE.at("/message", message=body.get("message"))
            return Delivery("refused", error=problem.message("zh"))
        recipients = self._recipients(unit, body)
        if not recipients:
            return Delivery("dropped", error="nobody")
        if len(recipients) > 1:
            for one in recipients:
                self.queue(unit, f"{key}:{one.person_id}", {**body, "whom": one.to_json(), "whom_form": None})
            return Delivery("sent", result={"recipients": len(recipients)})
        about = self._subject(plan, body)
        if plan.when and not self._holds(unit, plan, about):
            return self._held_back(unit, key, plan, recipients[0], about, Drop("when"), None)
        if recipients[0].form is None:
            return self._to_staff(unit, key, plan, body, recipients[0], about)
        return self._to_contact(unit, key, plan, body, recipients[0], about)

    def send(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        """Hand it to its channel; no transaction is open."""
        channel = str(ready["channel"])
        outgoing = Outgoing(
            key, ready["to"], ready["lang"], ready["subject"], ready["text"], ready.get("template"),
            ready.get("data") or {}, ready.get("link"),
        )  # fmt: skip
        result = {"channel": channel}
        is_well = False
        try:
            receipt = self._house.channels[channel].send(outgoing, self._house.settings_of(channel))
            is_well = receipt.state not in ("failed", "unknown")
        except ConnectionError as why:
            return Delivery("failed", result=result, error=str(why) or type(why).__name__)
        except OSError as why:
            return Delivery("unknown", result=result, error=str(why) or type(why).__name__)
        finally:
            self._breaker.note(channel, is_well, self._workspace.clock.now().timestamp())
        if receipt.state == "outbox":
            return Delivery("sent", reference="outbox", result=result)
        return Delivery(receipt.state, receipt.reference, result, receipt.error)

    def ask(self, key: str, reference: str | None) -> Delivery:
        """Tell what to do about a message of which nobody knows whether it went out, by what matters more."""
        with self._workspace.read() as unit:
            row = ledger.outbox_row(unit, key)
        if row is None or row["state"] == "waiting":
            return Delivery("failed", error="not begun")
        if row["state"] == "sent":
            return Delivery("sent", row["reference"])
        return Delivery("failed" if row["kind"] in SURE_IF_TWICE else "unknown", error="unknown outcome")

    def ended(self, unit: Unit, key: str, delivery: Delivery) -> None:
        """Write what came of a message; may come twice."""
        row = ledger.outbox_row(unit, key)
        if delivery.state in ("later", "dropped"):
            what = {
                "key": key,
                "message": row["message"] if row is not None else None,
                "reason": delivery.error,
            }
            effects.note_held(unit, key, what, delivery.at)
            return
        if row is None or row["state"] in ("sent", "outbox"):
            return
        state = {"sent": "sent", "unknown": "unknown"}.get(delivery.state, "failed")
        if delivery.reference == "outbox":
            state = "outbox"
        values = {"state": state, "reference": delivery.reference, "reason": delivery.error}
        if state in ("sent", "outbox"):
            values["sent_at"] = unit.now_text
        if state == "failed":
            ledger.take_back_line(unit, key)
        ledger.write_outbox(unit, key, {**values, "attempts": row["attempts"] + 1})
        if row["log_id"] is not None:
            self._house.records(unit).update(LOG, row["log_id"], _log_end(state, delivery, unit.now))

    # Without a flow.

    def queue(self, unit: Unit, key: str, body: Mapping[str, Any], at: datetime | None = None) -> str:
        """Put a message into the queue, in the transaction of what it is for; return the job's id. Once per key and time."""
        unique = f"{JOB}:{key}" if at is None else f"{JOB}:{key}@{at.isoformat()}"
        return enqueue(unit, JOB, {"key": key, "body": dict(body)}, run_at=at, unique_key=unique)

    def handlers(self) -> Mapping[str, JobHandler]:
        """Return what does the jobs of `queue`."""
        return {JOB: self.run}

    def run(self, run: JobRun) -> Any:
        """Send one queued message. A failure is raised, so that the job is tried again."""
        key, body = str(run.job.body["key"]), run.job.body["body"]
        cause = Cause("system")
        with self._workspace.write(cause) as unit:
            row = ledger.outbox_row(unit, key)
            if row is not None and row["state"] in ("sent", "outbox", "dropped", "unknown"):
                return str(row["state"])
            was_sending = row is not None and row["state"] == "sending"
            if was_sending and row is not None and row["kind"] not in SURE_IF_TWICE:
                ready: Mapping[str, Any] | Delivery = Delivery("unknown", error="unknown outcome")
            else:
                ready = self.prepare(unit, key, body)
            if isinstance(ready, Delivery) and ready.state == "later":
                self.queue(unit, key, body, ready.at)
        delivery = ready if isinstance(ready, Delivery) else self.send(key, ready)
        with self._workspace.write(cause) as unit:
            self.ended(unit, key, delivery)
        if delivery.state == "failed":
            raise ConnectionError(delivery.error or "failed")
        return delivery.state

    def opt_out(self, unit: Unit, form: str, record_id: str, how: str) -> bool:
        """Note that a contact opted out (退订), with how it came; False when that was known."""
        is_new = self._house.contacts.opt_out(self._house.records(unit), form, record_id, unit.now)
        if is_new:
            unit.audit("contact.opted_out", form, record_id, {"how": how})
        return is_new

    def take_reply(self, unit: Unit, channel: str, address: str, text: str) -> int:
        """Take in what a contact answered; who says stop is opted out. Return how many contacts that were."""
        if text.strip().rstrip("。.!！").casefold() not in STOP_WORDS:
            return 0
        house = self._house
        people = house.contacts.reached_at(
            house.records(unit),
            lambda form, field, value: house.find(unit, form, field, value),
            channel,
            address,
        )
        return sum(self.opt_out(unit, form, record_id, f"reply by {channel}") for form, record_id in people)

    def preview(
        self, unit: Unit, message: str, form: str, record_id: str, lang: str = "zh"
    ) -> dict[str, str]:
        """Return the words of each channel for a record, as a recipient would get them; nothing is written. Rejected."""
        plan = self._plan(message)
        about = self._about(unit, form, record_id, {}, Address("contact", record_id))
        zone = unit.workspace.zone
        return {channel: words_of(plan, channel, lang, zone, about).text for channel in plan.channels}

    def problems(self) -> tuple[Problem, ...]:
        """Return what keeps messages from being sent."""
        return self._house.plans().problems

    def _plan(self, message: str) -> MessagePlan:
        plan = self._house.plans().plans.get(message)
        if plan is None:
            raise Rejected(NO_MESSAGE.at("/message", message=message))
        return plan

    # To whom, about what.

    def _recipients(self, unit: Unit, body: Mapping[str, Any]) -> list[Recipient]:
        records = self._house.records(unit)
        # People behind a record's link are typed as records of `user`: they are staff all the same.
        form, given = body.get("whom_form"), body.get("whom")
        found: dict[str, Recipient] = {}
        for one in given if isinstance(given, list | tuple) else [given]:
            if isinstance(one, Mapping) and "id" in one:
                who = self._house.contacts.who(records, str(one.get("form")), str(one["id"]))
                found |= {who[1]: Recipient(*who)} if who is not None else {}
            elif isinstance(one, Mapping) and set(one) == {"person"}:
                found[str(one["person"])] = Recipient(None, str(one["person"]))
            elif isinstance(one, str) and form not in (None, STAFF):
                who = self._house.contacts.who(records, str(form), one)
                found |= {who[1]: Recipient(*who)} if who is not None else {}
            elif one is not None:
                found |= {user: Recipient(None, user) for user in self._house.staff(unit, one)}
        return list(found.values())

    def _subject(self, plan: MessagePlan, body: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """Return the record that the texts are about: the flow's record of the message's form."""
        if body.get("form") == plan.form and body.get("record_id"):
            return plan.form, str(body["record_id"])
        names = body.get("names") or {}
        records = {
            name: one
            for name, one in names.items()
            if isinstance(one, Mapping) and one.get("form") == plan.form
        }
        chosen = records.get(plan.form or "") or next(iter(records.values()), None)
        if chosen is None and plan.form is not None and body.get("whom_form") == plan.form:
            return plan.form, str(body["whom"])
        return (plan.form, str(chosen["id"])) if chosen is not None else (None, None)

    def _holds(self, unit: Unit, plan: MessagePlan, about: tuple[str | None, str | None]) -> bool:
        form, record_id = about
        if form is None or record_id is None or plan.when is None:
            return plan.when is None
        where = f"AND({{id}} = {{form.record}}, {plan.when})"
        return bool(self._house.records(unit).find(form, where, {"record": record_id}, limit=1))

    def _about(
        self, unit: Unit, form: str | None, record_id: str | None, values: Mapping[str, Any], to: Address
    ) -> About:
        house = self._house
        lang = to.values.get("lang") or "zh"

        def name_of(user_id: str) -> str:
            found = house.staff_address(unit, user_id)
            return found.name if found is not None else ""

        around = {
            "to": {"name": to.name},
            "clinic": {"name": say(house.clinic, lang)},
            "link": house.link_of(form, record_id),
            "links": house.links_of(unit, form, record_id),
        }
        return About(house.records(unit), form, record_id, values, around, name_of, unit.now)

    # Staff.

    def _to_staff(
        self, unit: Unit, key: str, plan: MessagePlan, body: Mapping[str, Any], to: Recipient, about: tuple[str | None, str | None]
    ) -> Mapping[str, Any] | Delivery:  # fmt: skip
        address = self._house.staff_address(unit, to.person_id)
        if address is None:
            return self._held_back(unit, key, plan, to, about, Drop("gone"), None)
        usable = [one for one in _wanted(plan, body) if self._address(one, address) is not None]
        if not usable:
            return self._held_back(unit, key, plan, to, about, Drop("no_address"), address)
        is_new = ledger.outbox_row(unit, key) is None
        outside = [one for one in usable if one != "in_app" and self._house.settings_of(one)]
        channel = outside[0] if outside else usable[0]
        lang = address.values.get("lang") or "zh"
        what = self._about(unit, *about, body.get("values") or {}, address)
        if "in_app" in usable and is_new and self._house.notify is not None:
            words = words_of(plan, "in_app", lang, unit.workspace.zone, what)
            note = {
                "title": {lang: words.subject, "zh": words.subject},
                "text": {lang: words.text, "zh": words.text},
                # Where it leads, where that is no record.
                **({"path": str(body["path"])} if body.get("path") else {}),
            }
            self._house.notify(unit, (to.person_id,), "message", {**note, "message": plan.key}, *about)
            unit.emit(TOLD, plan.key, to.person_id, {"people": [to.person_id]})
        pause = self._left_alone(unit, channel)
        if pause is not None:
            return self._held_back(unit, key, plan, to, about, pause, address)
        return self._ready(unit, key, plan, "staff", channel, address, to, lang, unit.workspace.zone, what)

    # Contacts.

    def _to_contact(
        self, unit: Unit, key: str, plan: MessagePlan, body: Mapping[str, Any], to: Recipient, about: tuple[str | None, str | None]
    ) -> Mapping[str, Any] | Delivery:  # fmt: skip
        records = self._house.records(unit)
        wanted = _wanted(plan, body)
        ledger.lock_contact(unit, f"{to.form}:{to.person_id}")
        found = self._house.contacts.contact(unit, records, str(to.form), to.person_id, frozenset(wanted))
        if found is None:
            return self._held_back(unit, key, plan, to, about, Drop("gone"), None)
        contact, address = found
        kind = _kind(plan, body)
        flow = (body.get("names") or {}).get("flow") or {}
        cap = body.get("cap") or self._house.cap_of(flow.get("key"))
        asked = Asked(
            key, kind, tuple(wanted), bool(body.get("urgent") or plan.is_urgent), tuple(cap) if cap else None
        )
        lines = ledger.lines_of(unit, contact.contact_id)
        decision = decide(asked, contact, lines, self._house.policy, unit.now)
        if isinstance(decision, Go):
            decision = self._left_alone(unit, decision.channel) or decision
        if not isinstance(decision, Go):
            channel = wanted[0] if wanted else ""
            state, at = ("waiting", decision.at) if isinstance(decision, Later) else ("dropped", unit.now)
            ledger.write_line(unit, key, contact.contact_id, channel, kind, at, state)
            return self._held_back(unit, key, plan, to, about, decision, address)
        ledger.write_line(unit, key, contact.contact_id, decision.channel, kind, unit.now, "sent")
        lang = address.values.get("lang") or "zh"
        what = self._about(unit, *about, body.get("values") or {}, address)
        zone = _zone_name(contact)
        return self._ready(unit, key, plan, kind, decision.channel, address, to, lang, zone, what)

    # What is written.

    def _ready(
        self, unit: Unit, key: str, plan: MessagePlan, kind: str, channel: str, address: Address, to: Recipient,
        lang: str, zone: str, about: About,
    ) -> Mapping[str, Any]:  # fmt: skip
        words = words_of(plan, channel, lang, zone, about)
        where = self._address(channel, address) or ""
        row = {
            "message": plan.key, "kind": kind, "channel": channel, "to_kind": address.kind, "to_form": to.form,
            "to_id": to.person_id, "to_name": address.name, "address": mask(where, "phone") if channel == "sms" else where,
            "lang": words.lang, "subject": words.subject, "text": words.text, "template": words.template,
            "data": dict(words.data) if words.data else None, "form": about.form, "record_id": about.record_id,
            "state": "sending", "reason": None, "due_at": None,
        }  # fmt: skip
        self._log(unit, key, row, to, "queued", None)
        return {
            "channel": channel, "to": address, "lang": words.lang, "subject": words.subject, "text": words.text,
            "template": words.template, "data": words.data, "link": about.house.get("link") or None,
        }  # fmt: skip

    def _held_back(
        self, unit: Unit, key: str, plan: MessagePlan, to: Recipient, about: tuple[str | None, str | None],
        decision: Later | Drop, address: Address | None,
    ) -> Delivery:  # fmt: skip
        later = decision if isinstance(decision, Later) else None
        row = {
            "message": plan.key, "kind": plan.kind, "channel": next(iter(plan.channels), None),
            "to_kind": "staff" if to.form is None else "contact", "to_form": to.form, "to_id": to.person_id,
            "to_name": address.name if address is not None else None, "form": about[0], "record_id": about[1],
            "state": "waiting" if later else "dropped", "reason": decision.reason, "due_at": later.at if later else None,
        }  # fmt: skip
        self._log(unit, key, row, to, "queued" if later else "suppressed", later.at if later else None)
        if later is not None:
            ledger.note_held(unit, key, later.reason, later.at)
            return Delivery("later", at=later.at, error=decision.reason)
        return Delivery("dropped", error=decision.reason)

    def _log(
        self, unit: Unit, key: str, row: dict[str, Any], to: Recipient, status: str, plan_at: datetime | None
    ) -> None:
        """Write the outbox and, where the app has the form, the record of the message log that people look at."""
        records = self._house.records(unit)
        known = ledger.outbox_row(unit, key)
        log_id = known["log_id"] if known is not None else None
        if records.knows(LOG) and row["channel"]:
            reason = row["reason"]
            values: dict[str, Any] = {
                "channel": LOG_CHANNELS.get(row["channel"], row["channel"]),
                "body": row.get("text"),
                "status": status,
                "plan_at": plan_at or unit.now,
                "error": reason_words(reason, "zh") if reason else None,
            }
            if log_id is None:
                person = {"to_customer": to.person_id} if to.form == "customer" else {}
                person = {"to_user": to.person_id} if to.form is None else person
                log_id = records.create(LOG, {**values, **person, "dedupe_key": key})
            else:
                records.update(LOG, log_id, values)
        ledger.write_outbox(unit, key, {**row, "log_id": log_id})

    def _left_alone(self, unit: Unit, channel: str) -> Later | None:
        """Return until when a channel that failed message after message is left alone; None: it is asked."""
        wait_s = self._breaker.wait_s(channel, unit.now.timestamp())
        return Later(unit.now + timedelta(seconds=wait_s), "channel_down") if wait_s else None

    def _address(self, channel: str, address: Address) -> str | None:
        found = self._house.channels.get(channel)
        return found.address(address) if found is not None else None


def _wanted(plan: MessagePlan, body: Mapping[str, Any]) -> list[str]:
    """Return the channels a message may go by: those asked for, or all it has words for."""
    asked = body.get("channels") or ()
    return [one for one in asked if one in plan.channels] or list(plan.channels)


def _kind(plan: MessagePlan, body: Mapping[str, Any]) -> str:
    """Return the class it is sent as: the node's, but what is worded as marketing is nothing else by being called so."""
    kind = plan.kind if plan.kind == "marketing" else str(body.get("class") or plan.kind)
    return "service" if kind in ("notice", "staff") else kind


def _zone_name(contact: Contact) -> str:
    return contact.zone.key or DEFAULT_ZONE


def _log_end(state: str, delivery: Delivery, now: datetime) -> dict[str, Any]:
    if state == "sent":
        return {"status": "sent", "sent_at": now, "error": None}
    if state == "outbox":
        return {"error": "通道未接通，仅存发件箱"}
    return {"status": "failed", "error": (delivery.error or state)[:200]}


__all__ = ["JOB", "REASONS", "House", "MessageService", "Recipient", "reason_words"]
