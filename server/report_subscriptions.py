"""Subscriptions: reports and dashboards sent to people at their times, each as its own reader, by mail or into the drawer."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, delete, func, select, update

from engine.access.accounts import account_of
from engine.access.actor import Actor
from engine.ids import is_id, new_id
from engine.jobs.queue import JobRun, enqueue, read_job
from engine.ports import Attached, Channel, Outgoing
from engine.problems import Code, Forbidden, NotFound, Problem, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.platform import from_instant, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from engine.text import Words, say
from flow_engine.calendar.cron import check_cron, cron_times
from flow_engine.messages.people import staff_address
from form_engine.exporting.service import NO_FILE, Exported
from form_engine.service.personal import notify
from report_engine.exporting.formats import FORMATS
from report_engine.reading import NIGHT_S
from report_engine.tables import SUBSCRIPTIONS
from server.report_books import Wanted
from server.report_exports import ReportExports, format_of, wanted_of
from server.report_robots import NO_ROBOT, Robots

NO_SUBSCRIPTION = Code(
    "subscription.unknown",
    zh="没有这个订阅",
    en="There is no such subscription",
    hint_zh="它可能已被取消",
    hint_en="It may have been cancelled",
)
TOO_MANY = Code(
    "subscription.too_many",
    zh="最多 {most} 个订阅",
    en="At most {most} subscriptions",
    hint_zh="先取消不再需要的订阅",
    hint_en="Cancel one that you need no more",
)
TOO_OFTEN = Code(
    "subscription.too_often",
    zh="发送太频繁，两次至少间隔 {minutes} 分钟",
    en="That is too often: at least {minutes} minutes apart",
    hint_zh="例如 0 9 * * 1 表示每周一 9:00",
    hint_en="For example 0 9 * * 1 for Mondays at 9:00",
)
NOT_SENT = Code(
    "subscription.not_sent",
    zh="没有发出：{why}",
    en="It was not sent: {why}",
    hint_zh="请检查邮箱地址，或让管理员查看邮件设置",
    hint_en="Check your address, or ask an administrator to look at the mail settings",
)
NOT_TOLD = Code(
    "subscription.not_told",
    zh="群机器人没有收到：{why}",
    en="The chat robot did not take it: {why}",
    hint_zh="请让管理员检查机器人的地址和密钥；发件箱里可以看到要发的内容",
    hint_en="Ask an administrator to look at the robot's address and secret; the outbox shows what was to be sent",
)
JOB = "report.send"
MOST = 50
APART = timedelta(minutes=15)
LOOKED_AHEAD = 50
MAIL = "email"
SUBJECT: Words = {"zh": "{name}（{day}）", "en": "{name} ({day})"}
TEXT: Words = {
    "zh": "{reader}，您好：\n\n您订阅的“{name}”见附件，数据截至 {at}，只含您有权查看的内容。\n\n不想再收到？在“报表 → 我的订阅”里暂停或取消。",
    "en": "Dear {reader},\n\n“{name}” is attached, as of {at}. It holds what you may see.\n\nTo stop it, pause or cancel it under “Reports → My subscriptions”.",
}
SENT: Words = {"zh": "您订阅的“{name}”已生成", "en": "“{name}”, which you subscribed to, is ready"}
FAILED: Words = {"zh": "订阅“{name}”没有发出", "en": "Your subscription “{name}” was not sent"}
STOPPED: Words = {"zh": "订阅“{name}”已暂停", "en": "Your subscription “{name}” was paused"}


class Subscriptions:
    """Subscriptions of one clinic. `mail`: the channel of letters and its credentials, empty where there are none."""

    def __init__(
        self,
        workspace: Workspace,
        exports: ReportExports,
        actor_of: Callable[[str], Actor],
        mail: Channel,
        settings: Callable[[], Mapping[str, str]],
        robots: Robots,
    ) -> None:
        self.workspace, self.exports, self.robots = workspace, exports, robots
        self._actor_of, self._mail, self._settings = actor_of, mail, settings

    # One's own.

    def mine(self, actor: Actor) -> list[dict[str, Any]]:
        """Return my subscriptions, oldest first."""
        c = SUBSCRIPTIONS.c
        with self.workspace.read() as unit:
            rows = unit.connection.execute(
                select(SUBSCRIPTIONS).where(c.user_id == actor.user_id).order_by(c.subscription_id)
            ).mappings()
            return [self._shown(unit, actor, row) for row in rows]

    def create(self, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new subscription of mine. Rejected, Forbidden, NotFound."""
        kind = "dashboards" if values.get("kind") == "dashboards" else "reports"
        wanted, form = wanted_of(kind, str(values.get("key", "")), values), format_of(values)
        cron = self._cron(str(values.get("cron", "")))
        self.exports.books.check(actor, wanted)
        robot = self.robots.checked(actor, values.get("robot"))
        with self.workspace.write(Cause("user", by=actor.user_id)) as unit:
            own = SUBSCRIPTIONS.c.user_id == actor.user_id
            if (unit.connection.execute(select(func.count()).where(own)).scalar() or 0) >= MOST:
                raise Rejected(TOO_MANY.at("", most=MOST))
            row = {
                "subscription_id": new_id(),
                "user_id": actor.user_id,
                "kind": kind,
                "key": wanted.key,
                "format": form.kind,
                "filters": encode_json(dict(wanted.filters)).decode(),
                "cron": cron,
                "next_at": instant(self._next(cron, unit.now)),
                "paused": 0,
                "created_at": unit.now_text,
                "robot": robot,
            }
            unit.connection.execute(SUBSCRIPTIONS.insert().values(**row))
            unit.audit(
                "report.subscribe",
                None,
                None,
                {**wanted.to_json(), "cron": cron, "format": form.kind, "robot": robot},
            )
            return self._shown(unit, actor, self._own(unit, actor, str(row["subscription_id"])))

    def change(self, actor: Actor, subscription_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a subscription of mine with other times, another format, paused or going on. Rejected, NotFound."""
        with self.workspace.write(Cause("user", by=actor.user_id)) as unit:
            row = self._own(unit, actor, subscription_id)
            new: dict[str, Any] = {}
            if "cron" in values:
                new["cron"] = self._cron(str(values["cron"]))
            if "format" in values:
                new["format"] = format_of(values).kind
            if "filters" in values:
                given = wanted_of(row["kind"], row["key"], values)
                new["filters"] = encode_json(dict(given.filters)).decode()
            if "paused" in values:
                new["paused"] = int(bool(values["paused"]))
            is_paused = new.get("paused", row["paused"])
            cron = new.get("cron", row["cron"])
            new |= {"next_at": None if is_paused else instant(self._next(cron, unit.now)), "problem": None}
            unit.connection.execute(
                update(SUBSCRIPTIONS)
                .where(SUBSCRIPTIONS.c.subscription_id == row["subscription_id"])
                .values(**new)
            )
            return self._shown(unit, actor, self._own(unit, actor, subscription_id))

    def cancel(self, actor: Actor, subscription_id: str) -> None:
        """Send it no more. NotFound for what is not mine."""
        with self.workspace.write(Cause("user", by=actor.user_id)) as unit:
            row = self._own(unit, actor, subscription_id)
            unit.connection.execute(
                delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.subscription_id == row["subscription_id"])
            )
            unit.audit("report.unsubscribe", None, None, {"kind": row["kind"], "key": row["key"]})

    def send_now(self, actor: Actor, subscription_id: str) -> str:
        """Send it once more, now; return the job's id."""
        with self.workspace.write(Cause("user", by=actor.user_id)) as unit:
            row = self._own(unit, actor, subscription_id)
            return enqueue(
                unit, JOB, {"subscription": row["subscription_id"], "at": unit.now_text}, most_attempts=3
            )

    def _own(self, unit: Unit, actor: Actor, subscription_id: str) -> RowMapping:
        c = SUBSCRIPTIONS.c
        query = select(SUBSCRIPTIONS).where(c.subscription_id == subscription_id, c.user_id == actor.user_id)
        row = unit.connection.execute(query).mappings().first() if is_id(subscription_id) else None
        if row is None:
            raise NotFound(NO_SUBSCRIPTION.at(""))
        return row

    def _shown(self, unit: Unit, actor: Actor, row: RowMapping) -> dict[str, Any]:
        address = staff_address(unit, actor.user_id)
        has_mail = address is not None and self._mail.address(address) is not None and bool(self._settings())
        return {
            "id": row["subscription_id"],
            "kind": row["kind"],
            "key": row["key"],
            "name": self._words(row),
            "cron": row["cron"],
            "format": row["format"],
            "filters": decode_json(row["filters"]),
            "paused": bool(row["paused"]),
            "way": "robot" if row["robot"] else "mail" if has_mail else "drawer",
            "robot": self.robots.name(row["robot"]) if row["robot"] else None,
            "next_at": row["next_at"] and from_instant(row["next_at"]).isoformat(),
            "last_sent_at": row["last_sent_at"] and from_instant(row["last_sent_at"]).isoformat(),
            "problem": decode_json(row["problem"]) if row["problem"] else None,
        }

    def _words(self, row: RowMapping) -> Words:
        known = self.exports.books.service.app.of(row["kind"]).get(row["key"])
        plain = {"zh": str(row["key"]), "en": str(row["key"])}
        return {**plain, **known["name"]} if known is not None else plain

    def _cron(self, cron: str) -> str:
        check_cron(cron, "/cron")
        times = cron_times(cron, ZoneInfo(self.workspace.zone), self.workspace.clock.now())
        before = next(times)
        for at, _ in zip(times, range(LOOKED_AHEAD), strict=False):
            if at - before < APART:
                raise Rejected(TOO_OFTEN.at("/cron", minutes=int(APART.total_seconds() // 60)))
            before = at
        return cron

    def _next(self, cron: str, after: datetime) -> datetime:
        return next(cron_times(cron, ZoneInfo(self.workspace.zone), after))

    # By the clock.

    def sweep(self) -> int:
        """Queue what is due; what was missed meanwhile is sent once. Return how many."""
        c = SUBSCRIPTIONS.c
        with self.workspace.read() as unit:
            due = c.next_at <= unit.now_text
            if unit.connection.execute(select(c.subscription_id).where(due).limit(1)).first() is None:
                return 0
        with self.workspace.write(Cause("system")) as unit:
            query = select(SUBSCRIPTIONS).where(due).order_by(c.next_at).limit(500)
            rows = unit.connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
            for row in rows:
                body = {"subscription": row["subscription_id"], "at": row["next_at"]}
                key = f"{JOB}:{row['subscription_id']}@{row['next_at']}"
                enqueue(unit, JOB, body, unique_key=key, most_attempts=3)
                own = c.subscription_id == row["subscription_id"]
                after = instant(self._next(row["cron"], unit.now))
                unit.connection.execute(update(SUBSCRIPTIONS).where(own).values(next_at=after))
        return len(rows)

    def execute(self, run: JobRun) -> Any:
        """Send one: worked out as its reader is now. Whoever may not see it any more gets nothing, and is told once."""
        with self.workspace.read() as unit:
            c = SUBSCRIPTIONS.c
            query = select(SUBSCRIPTIONS).where(c.subscription_id == run.job.body["subscription"])
            row = unit.connection.execute(query).mappings().first()
        if row is None:
            return "cancelled"
        try:
            actor = self._actor_of(row["user_id"])
        except NotFound:
            self._pause(row, None)
            return "gone"
        wanted = Wanted(row["kind"], row["key"], decode_json(row["filters"]))
        try:
            self.exports.books.check(actor, wanted)
            if row["robot"]:
                return self._to_robot(run, row, actor, wanted)
            book = self.exports.books.book(actor, wanted, self.workspace.clock.now(), NIGHT_S)
            made = self.exports.written(book, FORMATS.get(row["format"]))
        except (Forbidden, NotFound) as refused:
            self._pause(row, refused.problems[0])
            return "paused"
        except Rejected as refused:
            self._tell_failed(row, refused.problems[0])
            return "failed"
        return self._deliver(run, row, actor, made, book.as_of(book.parts[0]) if book.parts else "")

    def _deliver(self, run: JobRun, row: RowMapping, actor: Actor, made: Exported, at: str) -> Any:
        name = say(self._words(row), actor.lang)
        with self.workspace.read() as unit:
            address = staff_address(unit, actor.user_id)
            day = f"{unit.now.astimezone(ZoneInfo(self.workspace.zone)):%Y-%m-%d}"
        settings = self._settings()
        if address is None or self._mail.address(address) is None or not settings:
            return self._into_drawer(run, row, actor, made)
        subject = say(SUBJECT, actor.lang).format(name=name, day=day)
        text = say(TEXT, actor.lang).format(reader=actor.name, name=name, at=at)
        key = f"{row['subscription_id']}@{run.job.body['at']}"
        letter = Outgoing(
            key, address, actor.lang, subject, text, files=(Attached(made.name, made.mime, made.data),)
        )
        try:
            receipt = self._mail.send(letter, settings)
        except OSError as why:
            if run.is_last:
                self._tell_failed(row, NOT_SENT.at("", why=str(why) or type(why).__name__))
                return "failed"
            raise
        if receipt.state == "outbox":
            return self._into_drawer(run, row, actor, made)
        if receipt.state != "sent":
            self._tell_failed(row, NOT_SENT.at("", why=receipt.error or receipt.state))
            return "failed"
        with self.workspace.write(Cause("system", by=actor.user_id)) as unit:
            self._sent(unit, row)
        return "sent"

    def _to_robot(self, run: JobRun, row: RowMapping, actor: Actor, wanted: Wanted) -> str:
        """Tell a chat group. What it is told stands in the outbox, word for word."""
        robot = self.robots.find(actor, row["robot"])
        if robot is None:
            self._pause(row, NO_ROBOT.at("", robot=row["robot"]))
            return "paused"
        key = f"{row['subscription_id']}@{run.job.body['at']}"
        name = say(self._words(row), actor.lang)
        try:
            receipt = self.robots.tell(robot, actor, wanted, key, name)
        except OSError as why:
            if run.is_last:
                self._tell_failed(row, NOT_TOLD.at("", why=str(why) or type(why).__name__))
                return "failed"
            raise
        if receipt.state not in ("sent", "outbox"):
            self._tell_failed(row, NOT_TOLD.at("", why=receipt.error or receipt.state))
            return "failed"
        with self.workspace.write(Cause("system", by=actor.user_id)) as unit:
            self._sent(unit, row)
        return receipt.state

    def _into_drawer(self, run: JobRun, row: RowMapping, actor: Actor, made: Exported) -> dict[str, str]:
        """Keep the file for a while, and tell where it is."""
        folder = self.workspace.folder / "exports"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / run.job.job_id
        path.write_bytes(made.data)
        path.chmod(0o600)
        with self.workspace.write(Cause("system", by=actor.user_id)) as unit:
            self._sent(unit, row)
            title = _filled(SENT, self._words(row))
            file = {
                "path": f"/api/subscriptions/files/{run.job.job_id}",
                "name": made.name,
                "mime": made.mime,
            }
            self._notify(unit, row, {"title": title, "file": file})
        return {"name": made.name, "mime": made.mime}

    def fetch(self, actor: Actor, job_id: str) -> Exported:
        """Return a file that was put into my drawer. NotFound for others' and for what is gone."""
        path = self.workspace.folder / "exports" / job_id if is_id(job_id) else None
        if path is None or not path.exists():
            raise NotFound(NO_FILE.at(""))
        with self.workspace.read() as unit:
            job = read_job(unit, job_id)
            if job.kind != JOB or not isinstance(job.result, Mapping):
                raise NotFound(NO_FILE.at(""))
            self._own(unit, actor, str(job.body["subscription"]))
        return Exported(job.result["name"], job.result["mime"], path.read_bytes())

    def _sent(self, unit: Unit, row: RowMapping) -> None:
        own = SUBSCRIPTIONS.c.subscription_id == row["subscription_id"]
        unit.connection.execute(
            update(SUBSCRIPTIONS).where(own).values(last_sent_at=unit.now_text, problem=None)
        )
        details = {"kind": row["kind"], "key": row["key"], "format": row["format"], "to": row["user_id"]}
        unit.audit("report.send", None, None, details)

    def _pause(self, row: RowMapping, problem: Problem | None) -> None:
        """Send it no more until its reader says so; tell him once, unless he is gone."""
        kept = encode_json(problem.to_json()).decode() if problem is not None else None
        own = SUBSCRIPTIONS.c.subscription_id == row["subscription_id"]
        with self.workspace.write(Cause("system")) as unit:
            unit.connection.execute(
                update(SUBSCRIPTIONS).where(own).values(paused=1, next_at=None, problem=kept)
            )
            if problem is not None and not row["paused"]:
                self._tell(unit, row, STOPPED, problem)

    def _tell_failed(self, row: RowMapping, problem: Problem) -> None:
        """Note why it failed, and tell its reader unless he has been told of the same."""
        text = encode_json(problem.to_json()).decode()
        before = decode_json(row["problem"]) if row["problem"] else {}
        own = SUBSCRIPTIONS.c.subscription_id == row["subscription_id"]
        with self.workspace.write(Cause("system")) as unit:
            unit.connection.execute(update(SUBSCRIPTIONS).where(own).values(problem=text))
            if before.get("code") != problem.code:
                self._tell(unit, row, FAILED, problem)

    def _tell(self, unit: Unit, row: RowMapping, title: Words, problem: Problem) -> None:
        text = {lang: f"{problem.message(lang)} {problem.hint(lang)}".strip() for lang in ("zh", "en")}
        self._notify(unit, row, {"title": _filled(title, self._words(row)), "text": text})

    def _notify(self, unit: Unit, row: RowMapping, body: Mapping[str, Any]) -> None:
        account = account_of(unit.connection, row["user_id"])
        if account is not None and account.is_active:
            place = {"report": {"kind": row["kind"], "key": row["key"]}}
            notify(unit, [row["user_id"]], "report.sent", {**body, **place})
            unit.emit("message.told", None, row["user_id"], {"people": [row["user_id"]]})


def _filled(words: Words, name: Words) -> Words:
    return {lang: words[lang].format(name=say(name, lang)) for lang in ("zh", "en")}
