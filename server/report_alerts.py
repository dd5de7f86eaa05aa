"""Alerts: rules looked at by the clock, as each recipient; one incident is told once, never at night, never others' numbers."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.access.accounts import all_accounts
from engine.access.actor import Actor, system_actor
from engine.access.query import RecordQuery
from engine.expressions.calendar_cn import is_holiday, is_workday
from engine.ids import new_id
from engine.jobs.queue import JobRun, enqueue
from engine.ports import FlowRecords
from engine.problems import NotFound, Problem, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.platform import from_instant, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from engine.text import Words, say
from flow_engine.calendar.cron import next_cron
from flow_engine.messages.service import MessageService
from form_engine.service import RecordService
from form_engine.service.personal import notify
from report_engine.alerts.judging import Reading, readings
from report_engine.alerts.questions import questions
from report_engine.alerts.rule import Rule, rule_of
from report_engine.alerts.saying import in_words
from report_engine.alerts.standing import Standing, Step, from_json, look, name_of, to_json
from report_engine.drawing.numbers import full
from report_engine.drawing.reading import label
from report_engine.pipeline import bound_report
from report_engine.reading import NIGHT_S
from report_engine.service import BROKEN, NO_SUCH_REPORT, Office, ReportService
from report_engine.table import Table
from report_engine.tables import CURSORS, STANDINGS, TOLD
from server.report_alert_known import NOT_MINE, acknowledge, take_back
from server.report_likeness import alike_of, own_ids

LOG = logging.getLogger(__name__)
FORM = "kpi_rule"
JOB = "report.alert"
MESSAGE = "kpi_alert"
"""The message through which recipients are told, where the app has it."""
FIELDS = (
    "metric", "dims", "compare", "benchmark", "threshold", "direction", "min_sample", "schedule", "notify",
    "notify_roles", "for_times", "rearm_hours", "quiet_from", "quiet_until", "missing_hours", "is_off",
)  # fmt: skip
RATED = frozenset({"rate"})
"""Ways of counting that rest on cases which may be too few."""
MOST_RULES = 500
MOST_LINES = 5
MOST_ORDER = 1_000_000
SHOWN_FOR = timedelta(days=30)
"""How far back the screen shows who was told what."""
KEPT_FOR = timedelta(days=180)
MOST_TOLD = 500
TITLE: Words = {"zh": "指标预警：{name}", "en": "Alert: {name}"}
OVER: Words = {"zh": "指标恢复：{name}", "en": "Back to normal: {name}"}
WHOLE: Words = {"zh": "全部", "en": "all"}
SAID: Mapping[str, Words] = {
    "group": {"zh": "{group}：", "en": "{group}: "},
    "limit": {"zh": "{value}", "en": "{value}"},
    "usual": {"zh": "{value}，{against} {usual}", "en": "{value}, {against} {usual}"},
    "missing": {"zh": "{value} 以来没有新数据", "en": "nothing new since {value}"},
    "more": {"zh": "还有 {count} 项", "en": "and {count} more"},
}
AGAINST: Mapping[str, Words] = {
    "fixed": {"zh": "基准", "en": "benchmark"},
    "benchmark": {"zh": "基准", "en": "benchmark"},
    "previous_period": {"zh": "上期", "en": "the time before"},
    "year_on_year": {"zh": "去年同期", "en": "a year before"},
    "mean_2_sigma": {"zh": "往常", "en": "usually"},
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one look gave one recipient. `words`: a line a group, by its name."""

    readings: Sequence[Reading] = ()
    words: Mapping[str, str] | None = None
    problem: Problem | None = None
    is_personal: bool = True
    """Whether it is about who asked; what is not is the same for everybody alike."""


class Alerts:
    """Alerts of one clinic. `person`: an actor by user id; `staff`: whom a person rule means; `messages`: ways to the staff."""

    def __init__(
        self,
        workspace: Workspace,
        reports: ReportService,
        records: RecordService,
        person: Callable[[str], Actor],
        staff: Callable[[Unit, Any], Iterable[str]],
        flow_records: Callable[[Unit, Actor], FlowRecords],
        messages: MessageService,
    ) -> None:
        self.workspace, self.reports, self._records = workspace, reports, records
        self._person, self._staff, self._of = person, staff, flow_records
        self._messages = messages

    # What there is.

    def _form(self) -> Any:
        return self.reports.policy.shapes.get(FORM)

    def _rules(self, unit: Unit, ids: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Return the rules as records, read with the eyes of the house."""
        shape = self._form()
        if shape is None:
            return []
        actor = system_actor(self.workspace.key, zone=self.workspace.zone)
        gate = self._records.desk(unit, actor).system_gate
        fields = tuple(key for key in FIELDS if key in shape.fields)
        query = RecordQuery(FORM, fields=fields, ids=ids or None, limit=MOST_RULES, python=True)
        return [dict(one) for one in gate.page(query).records if not one.get("is_off")]

    def _rule(self, values: Mapping[str, Any]) -> Rule:
        shape = self._form()
        options = shape.fields["metric"].config.get("options") or ()
        names = {str(one["key"]): one.get("label") or {} for one in options}
        metric = self.reports.app.of("metrics").get(str(values["metric"]), {})
        names.setdefault(str(values["metric"]), metric.get("name") or {})
        return rule_of(values, {key: words for key, words in names.items() if words})

    def _recipients(self, unit: Unit, values: Mapping[str, Any]) -> list[str]:
        named = values.get("notify") or ()
        found = [named] if isinstance(named, str) else list(named)
        for role in values.get("notify_roles") or ():
            found += self._staff(unit, {"role": role})
        return list(dict.fromkeys(str(one) for one in found))

    # By the clock.

    def sweep(self) -> int:
        """Queue a look for each rule whose time has come; return how many. What was missed is looked at once."""
        if self._form() is None:
            return 0
        with self.workspace.read() as unit:
            rules = {str(one["id"]): self._rule(one) for one in self._rules(unit)}
            known = self._cursors(unit)
            now = unit.now_text
        gone = known.keys() - rules.keys()
        due = [rule for key, rule in rules.items() if _is_due(rule, known.get(key), now)]
        if not gone and not due:
            return 0
        with self.workspace.write(Cause("system")) as unit:
            for rule_id in gone:
                unit.connection.execute(delete(CURSORS).where(CURSORS.c.key == f"{JOB}:{rule_id}"))
                unit.connection.execute(delete(STANDINGS).where(STANDINGS.c.rule_id == rule_id))
            known = self._cursors(unit)
            return sum(self._due(unit, rule, known.get(rule.rule_id)) for rule in due)

    def _cursors(self, unit: Unit) -> dict[str, Any]:
        rows = unit.connection.execute(select(CURSORS).where(CURSORS.c.key.startswith(f"{JOB}:"))).all()
        return {row.key.partition(":")[2]: row for row in rows}

    def _due(self, unit: Unit, rule: Rule, row: Any) -> int:
        key = f"{JOB}:{rule.rule_id}"
        after = instant(next_cron(rule.cron, ZoneInfo(self.workspace.zone), unit.now))
        if row is None:
            unit.connection.execute(CURSORS.insert().values(key=key, next_at=after, cron=rule.cron))
            return 0
        own = CURSORS.c.key == key
        if row.cron != rule.cron:
            unit.connection.execute(update(CURSORS).where(own).values(next_at=after, cron=rule.cron))
            return 0
        if row.next_at > unit.now_text:
            return 0
        enqueue(unit, JOB, {"rule": rule.rule_id}, unique_key=f"{key}@{row.next_at}", most_attempts=3)
        unit.connection.execute(update(CURSORS).where(own).values(next_at=after))
        return 1

    def execute(self, run: JobRun) -> Any:
        """Look at a rule as each of its recipients, and tell those who have something to be told."""
        rule_id, only = str(run.job.body["rule"]), run.job.body.get("user")
        with self.workspace.read() as unit:
            found = self._rules(unit, (rule_id,))
            people = self._recipients(unit, found[0]) if found else []
        if not found:
            return "gone"
        rule, told, at = self._rule(found[0]), 0, new_id()
        people = [one for one in people if only in (None, one)]
        known: dict[Any, Found] = {}
        for done, user_id in enumerate(people, 1):
            try:
                actor = self._person(user_id)
            except NotFound:
                continue
            alike = alike_of(actor, self.workspace.zone_of(actor.branch_id))
            seen = known[alike] if alike in known else self.found(rule, actor)
            if not seen.is_personal:
                known[alike] = seen
            told += self._look(rule, actor, at, seen)
            run.progress(done, len(people))
        return {"people": len(people), "told": told}

    def _look(self, rule: Rule, actor: Actor, at: str, found: Found) -> int:
        local = self.workspace.clock.now().astimezone(ZoneInfo(self.workspace.zone_of(actor.branch_id)))
        quiet = rule.quiet_until(local)
        with self.workspace.write(Cause("system")) as unit:
            c = STANDINGS.c
            own = (c.rule_id == rule.rule_id) & (c.user_id == actor.user_id)
            row = unit.connection.execute(select(STANDINGS).where(own).with_for_update()).mappings().first()
            before = from_json(decode_json(row["groups"])) if row is not None else {}
            step = look(rule, before, found.readings, unit.now, is_quiet=quiet is not None)
            self._keep(unit, rule, actor, step, found)
            if step.held and quiet is not None:
                body = {"rule": rule.rule_id, "user": actor.user_id}
                key = f"{JOB}:{rule.rule_id}:{actor.user_id}@{instant(quiet)}"
                enqueue(unit, JOB, body, run_at=quiet, unique_key=key, most_attempts=3)
            if step.tell:
                lines = [(found.words or {})[name_of(one)] for one in step.tell]
                self._tell(unit, rule, actor, lines)
                self._log(unit, rule, actor, at, "told", lines)
            if step.over and quiet is None:
                self._over(unit, rule, actor)
                words = [(found.words or {}).get(key, "") for key in step.over]
                self._log(unit, rule, actor, at, "over", [one for one in words if one])
        return len(step.tell)

    def found(self, rule: Rule, actor: Actor) -> Found:
        """Return what a rule finds with a person's eyes. What the person may not see is a problem, and is told to nobody."""
        try:
            with self.reports.opened(actor, NIGHT_S) as office:
                office.reading.own = own_ids(actor)
                found = self._answers(rule, office)
                return replace(found, is_personal=office.reading.is_personal)
        except Rejected as refused:
            return Found(problem=refused.problems[0])
        except Exception:
            reference = new_id()[-12:]
            LOG.exception("alert %s (%s)", rule.rule_id, reference)
            return Found(problem=BROKEN.at("", reference=reference))

    def _answers(self, rule: Rule, office: Office) -> Found:
        today = office.today
        probe = office.bound({"kind": "aggregate", "measures": [{"key": "value", "of": rule.metric}]})
        is_rate = any(base.aggregate in RATED for one in probe.measures for base in one.base())
        asked = questions(rule, probe.facts[0], today, is_rate=is_rate)
        answers = {
            name: office.table({"kind": "aggregate", **report}).table for name, report in asked.items()
        }
        seen = readings(rule, answers, office.reading.now, today, day_sort)
        shape = answers.get("now") or answers.get("days") or answers["last"]
        words = {name_of(one): self._words(rule, one, shape, office) for one in seen}
        return Found(seen, words)

    def _words(self, rule: Rule, one: Reading, table: Table, office: Office) -> str:
        lang, column = office.actor.lang, table.columns[table.at("value")]
        groups = [each for each in table.columns if each.role == "dimension" and each.key != "day"]
        named = [label(table, each, value, lang) for each, value in zip(groups, one.key, strict=True)]
        value = full(one.value, column.format, lang)
        if rule.compare == "missing" and isinstance(one.value, datetime):
            value = f"{one.value.astimezone(ZoneInfo(office.desk.zone)):%Y-%m-%d %H:%M}"
        how = "missing" if rule.compare == "missing" else "limit" if one.usual is None else "usual"
        # What the rule is called stands above, so only its groups are named.
        group = say(SAID["group"], lang).format(group=" · ".join(named)) if any(named) else ""
        return group + say(SAID[how], lang).format(
            value=value,
            usual=full(one.usual, column.format, lang),
            against=say(AGAINST.get(rule.compare, {"zh": "", "en": ""}), lang),
        )

    # What is kept and told.

    def _keep(self, unit: Unit, rule: Rule, actor: Actor, step: Step, found: Found) -> None:
        bad = [key for key, one in step.after.items() if one.bad]
        words = {key: (found.words or {})[key] for key in bad if key in (found.words or {})}
        values = {
            "groups": encode_json(to_json(step.after)).decode(),
            "words": encode_json(words).decode(),
            "checked_at": unit.now_text,
            "problem": encode_json(found.problem.to_json()).decode() if found.problem is not None else None,
        }
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        row = make(STANDINGS).values(rule_id=rule.rule_id, user_id=actor.user_id, **values)
        keys = [STANDINGS.c.rule_id, STANDINGS.c.user_id]
        unit.connection.execute(row.on_conflict_do_update(index_elements=keys, set_=values))

    def _log(self, unit: Unit, rule: Rule, actor: Actor, at: str, kind: str, lines: Sequence[str]) -> None:
        row = {
            "told_id": new_id(), "look": at, "rule_id": rule.rule_id, "user_id": actor.user_id, "kind": kind,
            "name": encode_json(dict(rule.name)).decode(), "lines": encode_json(list(lines)).decode(), "at": unit.now_text,
        }  # fmt: skip
        unit.connection.execute(TOLD.insert().values(**row))
        unit.connection.execute(delete(TOLD).where(TOLD.c.at < instant(unit.now - KEPT_FOR)))

    def _tell(self, unit: Unit, rule: Rule, actor: Actor, lines: Sequence[str]) -> None:
        shown = list(lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            shown.append(say(SAID["more"], actor.lang).format(count=len(lines) - MOST_LINES))
        text = "\n".join(shown)
        title = say(TITLE, actor.lang).format(name=say(rule.name, actor.lang))
        body = {
            "message": MESSAGE,
            "whom": {"person": actor.user_id},
            "form": FORM,
            "record_id": rule.rule_id,
            "values": {"metric_name": say(rule.name, actor.lang), "lines": "；".join(shown)},
            "path": path_of(rule),
        }
        if MESSAGE in self.reports.app.of("messages"):
            self._messages.queue(unit, f"{JOB}:{rule.rule_id}:{actor.user_id}@{unit.now_text}", body)
        else:
            self._note(unit, rule, actor, title, text)
        unit.audit("report.alert", FORM, rule.rule_id, {"to": actor.user_id, "groups": len(lines)})
        shape = self._form()
        if shape is not None and "last_fired" in shape.fields:
            house = self._of(unit, system_actor(self.workspace.key, zone=self.workspace.zone))
            try:
                with unit.savepoint():
                    house.update(FORM, rule.rule_id, {"last_fired": unit.now})
            except Rejected as refused:
                # A record that its own form refuses must not keep people from being told.
                LOG.warning("alert %s: %s", rule.rule_id, refused)

    def _over(self, unit: Unit, rule: Rule, actor: Actor) -> None:
        title = say(OVER, actor.lang).format(name=say(rule.name, actor.lang))
        self._note(unit, rule, actor, title, "")

    def _note(self, unit: Unit, rule: Rule, actor: Actor, title: str, text: str) -> None:
        words = {"zh": title, "en": title}
        body: dict[str, Any] = {
            "title": words,
            "path": path_of(rule),
            **({"text": {"zh": text, "en": text}} if text else {}),
        }
        notify(unit, [actor.user_id], "report.alert", body, FORM, rule.rule_id)
        unit.emit("message.told", None, actor.user_id, {"people": [actor.user_id]})

    # For screens.

    def shown(self, actor: Actor) -> dict[str, Any]:
        """Return the rules that tell me or that I may see, how they stand with me, and what they told of late."""
        with self.workspace.read() as unit:
            seen = self._seen(unit, actor)
            listed = [
                (self._rule(one), one, people)
                for one, people in ((one, self._recipients(unit, one)) for one in self._rules(unit))
                if actor.user_id in people or str(one["id"]) in seen
            ]
            c = STANDINGS.c
            rows = unit.connection.execute(select(STANDINGS).where(c.user_id == actor.user_id)).mappings()
            known = {str(row["rule_id"]): dict(row) for row in rows}
            cursors = self._cursors(unit)
            names = {one.user_id: one.name for one in all_accounts(unit.connection)}
            told = self._told(unit, actor, {rule.rule_id for rule, _, _ in listed}, seen, names)
        zone = ZoneInfo(self.workspace.zone)
        alerts = []
        for rule, values, people in listed:
            row, cursor = known.get(rule.rule_id), cursors.get(rule.rule_id)
            groups = _standings(rule, row, names) if row is not None else []
            alerts.append(
                {
                    "rule": rule.rule_id,
                    "metric": rule.metric,
                    "link": self._link(actor, rule),
                    "name": rule.name,
                    "condition": in_words(rule, self._format(rule), self._labels(values)),
                    "tells_me": actor.user_id in people,
                    "is_seen": rule.rule_id in seen,
                    "people": [names[one] for one in people if one in names] if rule.rule_id in seen else [],
                    "checked_at": from_instant(row["checked_at"]).isoformat() if row is not None else None,
                    "next_at": from_instant(cursor.next_at).isoformat()
                    if cursor is not None
                    else next_cron(rule.cron, zone, self.workspace.clock.now()).isoformat(),
                    "open": [one["text"] for one in groups if one["is_open"]],
                    "groups": groups,
                    "problem": decode_json(row["problem"]) if row is not None and row["problem"] else None,
                }
            )
        return {"alerts": alerts, "told": told}

    def _seen(self, unit: Unit, actor: Actor) -> frozenset[str]:
        """Return the rules that somebody may see as records."""
        if self._form() is None or not self.reports.policy.rights(actor).verb(FORM, "view"):
            return frozenset()
        query = RecordQuery(FORM, fields=("id",), limit=MOST_RULES)
        return frozenset(str(one["id"]) for one in self._records.desk(unit, actor).gate.page(query).records)

    def _told(
        self,
        unit: Unit,
        actor: Actor,
        rules: set[str],
        seen: frozenset[str],
        names: Mapping[str, str],
    ) -> list[dict[str, Any]]:
        """Return what was told, the newest first, a line a look. Numbers are my own ones only."""
        c = TOLD.c
        query = select(TOLD).where(c.at >= instant(unit.now - SHOWN_FOR)).order_by(c.told_id.desc())
        made: dict[tuple[str, str], dict[str, Any]] = {}
        for row in unit.connection.execute(query.limit(MOST_TOLD)).mappings():
            rule_id, is_mine = str(row["rule_id"]), row["user_id"] == actor.user_id
            if rule_id not in rules or not (is_mine or rule_id in seen):
                continue
            one = made.setdefault(
                (str(row["look"]), str(row["kind"])),
                {
                    "rule": rule_id, "name": decode_json(row["name"]), "kind": row["kind"],
                    "at": from_instant(row["at"]).isoformat(), "people": [], "lines": [],
                },
            )  # fmt: skip
            one["people"].append(names.get(str(row["user_id"]), "–"))
            said = decode_json(row["lines"])
            if isinstance(said, Mapping):
                one |= {"by_name": names.get(str(said.get("by")), "–"), "note": said.get("note") or ""}
                one["until"] = said.get("until")
            if is_mine:
                one["lines"] = said["lines"] if isinstance(said, Mapping) else said
        return list(made.values())

    def _link(self, actor: Actor, rule: Rule) -> dict[str, Any] | None:
        """Return the report that a rule's number stands in and that somebody may open: the metric's own, else the first with it."""
        app = self.reports.app
        own = app.of("metrics").get(rule.metric, {}).get("report")
        others = [key for key, one in app.of("reports").items() if rule.metric in one.get("measures", ())]
        others.sort(key=lambda key: (app.of("reports")[key].get("order", MOST_ORDER), key))
        for key in dict.fromkeys([*([str(own)] if own else []), *others]):
            try:
                self.reports.report(actor, key)
            except NotFound:
                continue
            return {"kind": "reports", "key": key}
        return None

    # What is known.

    def acknowledge(self, actor: Actor, rule_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Say that what is off is known, and return how the rule stands with me. Rejected, NotFound."""
        return self._say(actor, rule_id, values, acknowledge)

    def take_back(self, actor: Actor, rule_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Take that back. Rejected, NotFound."""
        return self._say(actor, rule_id, values, take_back)

    def _say(
        self, actor: Actor, rule_id: str, values: Mapping[str, Any], say_: Callable[[Unit, Rule, Actor, Mapping[str, Any]], None]
    ) -> dict[str, Any]:  # fmt: skip
        with self.workspace.write(Cause("user", actor.user_id)) as unit:
            found = self._rules(unit, (rule_id,))
            if not found or actor.user_id not in self._recipients(unit, found[0]):
                raise NotFound(NOT_MINE.at(""))
            say_(unit, self._rule(found[0]), actor, values)
        return next(one for one in self.shown(actor)["alerts"] if one["rule"] == rule_id)

    def _format(self, rule: Rule) -> str:
        """Return how a rule's number is written, by what it is made of."""
        report = {"kind": "aggregate", "measures": [{"key": "value", "of": rule.metric}]}
        try:
            bound = bound_report(
                report, self.reports.data, self.workspace.clock.now(), self.workspace.zone, None
            )
        except Rejected:
            # A metric that is gone: the rule itself says so, when it is looked at.
            return "number"
        return bound.measures[0].format

    def _labels(self, values: Mapping[str, Any]) -> list[Words]:
        field = self._form().fields.get("dims")
        options = (
            {str(one["key"]): one.get("label") for one in field.config.get("options") or ()} if field else {}
        )
        return [options.get(one) or {"zh": one, "en": one} for one in values.get("dims") or ()]

    def tried(self, actor: Actor, rule_id: str) -> dict[str, Any]:
        """Return what a rule that I may see would tell me now; nobody is told. NotFound."""
        with self.workspace.read() as unit:
            desk = self._records.desk(unit, actor)
            found = desk.gate.page(RecordQuery(FORM, fields=("id",), ids=(rule_id,), limit=1)).records
            values = self._rules(unit, (rule_id,)) if found else []
        if not values:
            raise NotFound(NO_SUCH_REPORT.at("", name=rule_id))
        seen = self.found(self._rule(values[0]), actor)
        lines = [(seen.words or {})[name_of(one)] for one in seen.readings if one.is_bad]
        told = [one for one in seen.readings if one.is_bad is not None]
        few = len(seen.readings) - len(told)
        return {
            "lines": lines,
            "looked_at": len(seen.readings),
            "too_few": few,
            "problem": seen.problem.to_json() if seen.problem is not None else None,
        }


def path_of(rule: Rule) -> str:
    """Return where in the app a rule is shown with its numbers."""
    return f"/alerts?rule={rule.rule_id}"


def _known(one: Standing, names: Mapping[str, str]) -> dict[str, Any] | None:
    if one.known is None:
        return None
    until = one.known.until.isoformat() if one.known.until is not None else None
    return {
        "by": one.known.by, "by_name": names.get(one.known.by, "–"), "at": one.known.at.isoformat(), "until": until,
        "note": one.known.note,
    }  # fmt: skip


def _standings(rule: Rule, row: Mapping[str, Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the groups that are off with one recipient: since when, told when, and when they would be told of again."""
    words = decode_json(row["words"])
    made = []
    for key, one in from_json(decode_json(row["groups"])).items():
        if not one.bad:
            continue
        made.append(
            {
                "key": key,
                "known": _known(one, names),
                "text": words.get(key, "") if isinstance(words, Mapping) else "",
                "is_open": one.is_open,
                "times": one.bad,
                "since": one.since.isoformat() if one.since is not None else None,
                "told_at": one.told.isoformat() if one.told is not None else None,
                "again_at": _again(rule, one),
            }
        )
    return made


def _again(rule: Rule, one: Standing) -> str | None:
    if one.known is not None:
        return one.known.until.isoformat() if one.known.until is not None else None
    return (one.told + timedelta(hours=rule.rearm_h)).isoformat() if one.told is not None else None


def _is_due(rule: Rule, row: Any, now: str) -> bool:
    return row is None or row.cron != rule.cron or row.next_at <= now


def day_sort(day: date) -> str:
    """Return which days are alike: weekdays by name, holidays together, make-up working days together."""
    if is_holiday(day):
        return "holiday"
    return "makeup" if day.isoweekday() > 5 and is_workday(day) else str(day.isoweekday())
