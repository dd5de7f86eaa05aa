"""Shadow run (影子运行): a flow over past records: whom it would have contacted, who would have had which tasks, how it ended.

Records are taken as they are now; the clock is set to when each would have set the flow off.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine.access.actor import Actor
from engine.clock import business_day
from engine.ports import Path
from engine.problems import Rejected
from engine.store.unit import Unit
from engine.text import Words
from flow_engine.edges import turns
from flow_engine.messages.service import REASONS
from flow_engine.occurrences import DATE_KINDS
from flow_engine.plan import FlowPlan
from flow_engine.service import FlowService
from flow_engine.simulation.trial import Ends, Trial
from flow_engine.triggering import Facts, Listener, TriggerIndex, holds_when

PAGE = 200
NEW = frozenset({"record_created", "form_submitted"})
CHANGED = frozenset({"record_updated", "record_changed", "field_changed", "became_true", "balance"})
ONE_CASE_S = 5.0
UNSENT = frozenset({"dropped", "waiting"})
SKIPPED: Mapping[str, Words] = {
    "condition": {"zh": "条件不成立", "en": "its condition does not hold"},
    "trigger": {"zh": "不由记录启动，没有可推演的", "en": "not started by records: nothing to go over"},
}


@dataclass(frozen=True, slots=True)
class Case:
    """One occasion on which the flow would have started."""

    trigger: str
    form: str
    record_id: str
    at: datetime


@dataclass
class Shadow:
    """A run over past occasions. `trial_at` opens a trial whose clock stands at an instant."""

    flows: FlowService
    plan: FlowPlan
    actor: Actor
    trial_at: Callable[[datetime], AbstractContextManager[Trial]]
    skipped: Counter[str] = field(default_factory=Counter)

    def run(
        self, since: datetime, now: datetime, length: timedelta, most: int, real_s: float
    ) -> dict[str, Any]:
        """Return what the flow would have done about the records of a period, each followed for `length`."""
        deadline = time.monotonic() + real_s
        with self.flows.workspace.read() as unit:
            cases = sorted(self._cases(unit, since, now, most), key=lambda one: (one.at, one.record_id))
        contacts: list[dict[str, Any]] = []
        held: list[dict[str, Any]] = []
        tasks: Counter[tuple[str, str, str]] = Counter()
        ended: Counter[str] = Counter()
        failed: list[dict[str, Any]] = []
        done = 0
        for case in cases:
            if time.monotonic() > deadline:
                break
            done += 1
            try:
                with self.trial_at(case.at) as trial:
                    told = trial.run(
                        self.plan.key, self.actor, (case.form, case.record_id), {}, Ends(length, ONE_CASE_S)
                    )
            except Rejected as refused:
                failed.append(
                    {"record_id": case.record_id, "problems": [one.to_json() for one in refused.problems]}
                )
                continue
            ended[told["outcome"] or told["status"]] += 1
            for one in self._messages(case, told):
                (held if one["state"] in UNSENT else contacts).append(one)
            for line in told["timeline"]:
                self._count(line, tasks)
        return {
            "flow": self.plan.key, "version": self.plan.version, "since": since, "until": now, "cases": len(cases), "run": done,
            "is_whole": done == len(cases) < most, "skipped": dict(self.skipped), "ended": dict(ended),
            "contacts": contacts, "people": len({(one["to"]["kind"], one["to"]["id"]) for one in contacts}), "held": held,
            "left_out": [{"words": SKIPPED[why.partition(":")[0]], "count": count} for why, count in sorted(self.skipped.items())],
            "tasks": [{"person": who, "name": name, "day": day, "count": n} for (who, name, day), n in sorted(tasks.items())],
            "failed": failed,
        }  # fmt: skip

    def _messages(self, case: Case, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return every message of a run as it ended: one that waited and then went is one that went."""
        names = self.flows.plans.app.of("messages")
        found: list[dict[str, Any]] = []
        for line in told["timeline"]:
            if line["kind"] != "message":
                continue
            name = names.get(line["message"], {}).get("name", {"zh": line["message"]})
            one = {
                key: line[key]
                for key in ("at", "message", "message_kind", "channel", "to", "state", "reason")
            }
            one |= {"form": case.form, "record_id": case.record_id, "title": told["title"], "message_name": name,
                    "text": line["body"], "why": REASONS.get(line["reason"] or "")}  # fmt: skip
            about = (line["instance_id"], line["node"], line["to"]["id"])
            waits = next(
                (at for at, old in enumerate(found) if old["about"] == about and old["state"] == "waiting"),
                None,
            )
            if waits is None:
                found.append({**one, "about": about})
            else:
                found[waits] = {**one, "about": about}
        return [{key: value for key, value in one.items() if key != "about"} for one in found]

    def _count(self, line: Mapping[str, Any], tasks: Counter[tuple[str, str, str]]) -> None:
        if line["kind"] == "task":
            day = business_day(line["at"], self.flows.ports.zone_of(None)).isoformat()
            for who, name in zip(line["people"], line["names"], strict=True):
                tasks[who, name, day] += 1

    # The occasions.

    def _cases(self, unit: Unit, since: datetime, now: datetime, most: int) -> list[Case]:
        found: list[Case] = []
        for listener in TriggerIndex([self.plan]).by_key.values():
            if listener.trigger.form is None:
                self.skipped[f"trigger:{listener.trigger.kind}"] += 1
                continue
            for case in self._of(unit, listener, since, now):
                found.append(case)
                if len(found) >= most:
                    return found
        return found

    def _of(self, unit: Unit, listener: Listener, since: datetime, now: datetime) -> Iterator[Case]:
        kind, form = listener.trigger.kind, str(listener.trigger.form)
        paths: frozenset[Path] = listener.paths | {("branch_id",), ("created_at",), ("updated_at",)}
        if kind in DATE_KINDS:
            paths |= {(listener.config["field"],)}
        records = self.flows.ports.records(
            unit, self.flows.ports.service_actor(self.plan.key, self.plan.definition)
        )
        after: str | None = None
        while True:
            page, after = records.scan(form, "", paths, PAGE, after)
            for record_id, values in page:
                for at in self._instants(unit, listener, values, since, now):
                    zone = self.flows.ports.zone_of(values.get(("branch_id",)))
                    if holds_when(listener, Facts(values, at, zone, form=form)):
                        yield Case(listener.key, form, record_id, at)
                    else:
                        self.skipped["condition"] += 1
            if after is None:
                return

    def _instants(
        self, unit: Unit, listener: Listener, values: Mapping[Path, Any], since: datetime, now: datetime
    ) -> Iterator[datetime]:
        kind = listener.trigger.kind
        if kind in DATE_KINDS:
            old = {**values, ("created_at",): None}
            yield from (
                one.due_at
                for one in self.flows.occurrences.wanted(unit, listener, old, since)
                if since <= one.due_at <= now
            )
            return
        if listener.trigger.clocks and listener.trigger.is_foreseen:
            written = values.get(("updated_at",)) or values.get(("created_at",))
            if isinstance(written, datetime):
                zone = self.flows.ports.zone_of(values.get(("branch_id",)))
                found = turns(listener, values, zone, written, now)
                yield from (at for at in found if since <= at)
            return
        if kind not in NEW | CHANGED:
            self.skipped[f"trigger:{kind}"] += 1
            return
        at = values.get(("created_at",) if kind in NEW else ("updated_at",)) or values.get(("created_at",))
        if isinstance(at, datetime) and since <= at <= now:
            yield at
