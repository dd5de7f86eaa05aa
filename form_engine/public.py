"""Public forms: one form, a few fields, no account. A link with a token lets anybody hand in one record, and read nothing."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from engine.access.actor import Actor, public_actor
from engine.clock import Clock
from engine.ids import new_id
from engine.problems import Code, NotFound, Rejected, TooMany
from engine.store.platform import META
from engine.store.unit import Cause, Unit
from form_engine.plan import FormPlan
from form_engine.service import clashes, records, touches
from form_engine.service.service import RecordService

NO_LINK = Code("public.no_link", zh="这个链接无效或已停用", en="This link is not valid, or is switched off",
               hint_zh="请向诊所索取新的链接", hint_en="Ask the clinic for a new one")  # fmt: skip
TOO_OFTEN = Code("public.too_often", zh="提交太频繁，请稍后再试", en="Too many submissions; try again later",
                 hint_zh="{wait} 分钟后可以再提交", hint_en="You may submit again in {wait} minutes")  # fmt: skip
NOT_PUBLIC = Code("public.not_public", zh="“{form}”没有公开的部分", en="“{form}” has no public part",
                  hint_zh="先在表单设计器里设置公开表单", hint_en="Set up its public form in the designer first")  # fmt: skip
NOT_OFFERED = Code("public.not_offered", zh="这里没有“{key}”这一项", en="There is no “{key}” here",
                   hint_zh="刷新页面后重新填写", hint_en="Reload the page and fill it in again")  # fmt: skip

WINDOW_MINUTES = 10
MOST_IN_WINDOW = 5
MOST_OF_LINK = 200
_PREFIX = "public."


class RateLimit:
    """Counts submissions by sender and by link in a moving window. Kept in memory: a restart forgives."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, list[float]] = {}

    def take(self, key: str, most: int) -> None:
        """Count one; TooMany when `most` came within the window."""
        now = self._clock.now().timestamp()
        recent = [at for at in self._seen.get(key, ()) if at > now - WINDOW_MINUTES * 60]
        if len(recent) >= most:
            wait = int((recent[0] + WINDOW_MINUTES * 60 - now) // 60) + 1
            raise TooMany(TOO_OFTEN.at("", wait=wait))
        if len(self._seen) > 50_000:
            self._seen.clear()
        self._seen[key] = [*recent, now]


class PublicForms:
    """The public forms of one workspace."""

    def __init__(self, service: RecordService) -> None:
        self.service = service
        self.limit = RateLimit(service.workspace.clock)

    def open_link(self, actor: Actor, form: str) -> str:
        """Make a link for a form; return its token. Only the token's hash is kept."""
        token = secrets.token_urlsafe(24)
        with self.service.writing(actor) as desk:
            plan = desk.form(form)
            if "public" not in plan.definition:
                raise Rejected(NOT_PUBLIC.at("/form", form=plan.name))
            desk.gate.write(form, "insert")
            owner = f"{form} {actor.user_id} {actor.branch_id or ''}"
            desk.unit.connection.execute(META.insert().values(key=_PREFIX + _hash(token), value=owner))
            desk.unit.audit("public_link", form, None, {"link": _hash(token)[:12]})
        return token

    def close_link(self, actor: Actor, token: str) -> None:
        """Switch a link off."""
        with self.service.writing(actor) as desk:
            desk.unit.connection.execute(META.delete().where(META.c.key == _PREFIX + _hash(token)))

    def plan(self, token: str) -> dict[str, Any]:
        """Return what a visitor's form shows: its fields as the client plan words them, intro and thanks; nothing else."""
        with self.service.workspace.read() as unit:
            plan, _, _ = self._form(unit, token)
        public = plan.definition["public"]
        return {
            "form": plan.key,
            "name": plan.name,
            "intro": public.get("intro", {}),
            "thanks": public.get("thanks", {}),
            "fields": list(public["fields"]),
        }

    def submit(self, token: str, values: Any, sender: str, lang: str = "zh") -> dict[str, Any]:
        """Take in one record. The answer says only that it came in, never what is in the house already."""
        with self.service.workspace.read() as unit:
            plan, owner_id, branch_id = self._form(unit, token)
        self.limit.take(f"{_hash(token)}/{sender}", MOST_IN_WINDOW)
        self.limit.take(_hash(token), MOST_OF_LINK)
        fields = frozenset(plan.definition["public"]["fields"])
        given = values if isinstance(values, Mapping) else {}
        strangers = [key for key in given if key not in fields]
        if strangers:
            raise Rejected(NOT_OFFERED.at(f"/values/{str(key)[:60]}", key=str(key)[:60]) for key in strangers)
        visitor = public_actor(self.service.workspace.key, plan.key, fields, lang)
        try:
            self._write(plan, visitor, given, owner_id, branch_id)
        except Rejected as error:
            if not clashes.is_duplicate(error):
                raise
            # To say "known already" would tell a stranger who is a patient here.
            self._touch(plan, visitor, given, error)
        return {"received": True, "thanks": plan.definition["public"].get("thanks", {})}

    def _write(
        self, plan: FormPlan, visitor: Actor, given: Mapping[str, Any], owner_id: str, branch_id: str | None
    ) -> None:
        with self.service.workspace.write(Cause("public", "public", new_id())) as unit:
            desk = self.service.desk(unit, visitor, "public")
            records.create(
                desk,
                plan.key,
                given,
                source_ref="public",
                system={"owner_id": owner_id, "branch_id": branch_id},
            )

    def _touch(self, plan: FormPlan, visitor: Actor, given: Mapping[str, Any], error: Rejected) -> None:
        values = touches.parsed(plan, given)
        with self.service.workspace.write(Cause("public", "public", new_id())) as unit:
            desk = self.service.desk(unit, visitor, "public")
            for problem in error.problems:
                fields = problem.params.get("fields") or ()
                other = clashes.find(desk, plan, {key: values.get(key) for key in fields})
                if other is not None:
                    touches.note(desk, plan, other, values)
                    return

    def _form(self, unit: Unit, token: str) -> tuple[FormPlan, str, str | None]:
        found = unit.connection.execute(META.select().where(META.c.key == _PREFIX + _hash(token))).first()
        form, owner_id, branch_id = str(found.value).split(" ") if found is not None else ("", "", "")
        plan = self.service.app.forms.get(form)
        if plan is None or "public" not in plan.definition:
            raise NotFound(NO_LINK.at(""))
        return plan, owner_id, branch_id or None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
