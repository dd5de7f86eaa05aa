"""Links to public forms: who made them, and what each fills in for everybody who comes by it.

A token is the link's id and a signature of it, so that the clinic can show a link again, and a copy of the
database alone opens nothing.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.access import accounts
from engine.access.actor import Actor
from engine.definitions.shape import FieldShape
from engine.problems import Code, Forbidden, NotFound, Rejected
from engine.store.platform import META
from engine.store.unit import Unit
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.service import records
from form_engine.service.service import RecordService
from form_engine.submit import submit

NO_LINK = Code("public.no_link", zh="这个链接无效或已停用", en="This link is not valid, or is switched off",
               hint_zh="请向诊所索取新的链接", hint_en="Ask the clinic for a new one")  # fmt: skip
NOT_PUBLIC = Code("public.not_public", zh="“{form}”没有公开的部分", en="“{form}” has no public part",
                  hint_zh="先在表单设计器里设置公开表单", hint_en="Set up its public form in the designer first")  # fmt: skip
NOT_FOR_LINKS = Code("public.not_for_links", zh="链接不能预填“{key}”", en="A link cannot fill in “{key}”",
                     hint_zh="可以预填：{known}", hint_en="It may fill in: {known}")  # fmt: skip
NO_SHARE = Code("public.no_share", zh="您没有公开链接的权限", en="You may not make or close links to public forms",
                hint_zh="请让主管开通“分享”", hint_en="Ask for the right “share”")  # fmt: skip

ID_BYTES, MARK_BYTES = 9, 15
_ID_LENGTH = 12
LONGEST_NAME = 60
_PREFIX = "public."


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `by`: user id of its author, in whose name it writes; `values`: JSON that it fills in."""

    link_id: str
    form: str
    by: str
    branch_id: str | None
    at: str
    name: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    is_sent: bool = False
    """Made for a message about one record; staff do not see it among their links."""

    def to_json(self) -> dict[str, Any]:
        """Return what staff see of it, without its token."""
        return {"id": self.link_id, "name": self.name, "values": dict(self.values),
                "by": self.by, "branch_id": self.branch_id, "at": self.at}  # fmt: skip


class PublicLinks:
    """The links of one workspace."""

    def __init__(self, service: RecordService) -> None:
        self.service = service

    def token(self, link: Link) -> str:
        """Return what stands in the address."""
        return link.link_id + self._mark(link.link_id)

    def _mark(self, link_id: str) -> str:
        digest = hmac.digest(self.service.workspace.keys.tokens, f"public|{link_id}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:MARK_BYTES]).decode()

    def find(self, unit: Unit, token: str) -> Link:
        """Return the link of a token, or raise NotFound: wrong, closed, or its form is public no more."""
        link_id, mark = token[:_ID_LENGTH], token[_ID_LENGTH:]
        if hmac.compare_digest(mark.encode(), self._mark(link_id).encode()):
            link = _kept(unit, link_id)
            plan = self.service.app.forms.get(link.form) if link is not None else None
            if link is not None and plan is not None and "public" in plan.definition and not plan.is_off:
                return link
        raise NotFound(NO_LINK.at(""))

    def open(self, actor: Actor, form: str, values: Any = None, name: str = "") -> Link:
        """Make a link for a form. Its author must be allowed to write such records, and what it fills in."""
        given = dict(values) if isinstance(values, Mapping) else {}
        with self.service.writing(actor) as desk:
            plan = _shared(desk, form)
            if "public" not in plan.definition:
                raise Rejected(NOT_PUBLIC.at("/form", form=plan.name))
            _fits(desk, plan, given)
            link_id = secrets.token_urlsafe(ID_BYTES)
            link = Link(
                link_id,
                form,
                actor.user_id,
                actor.branch_id,
                desk.unit.now.isoformat(),
                str(name).strip()[:LONGEST_NAME],
                given,
            )
            kept = {
                "form": form,
                "by": link.by,
                "branch_id": link.branch_id,
                "at": link.at,
                "name": link.name,
                "values": given,
            }
            desk.unit.connection.execute(
                META.insert().values(key=_PREFIX + link_id, value=json.dumps(kept, ensure_ascii=False))
            )
            desk.unit.audit("public_link", form, None, {"link": link_id, "name": link.name})
        return link

    def send(self, unit: Unit, form: str, values: Mapping[str, Any], by: str, branch_id: str | None) -> Link:
        """Return the link of a message for a form with these values, the same one each time; in an open unit."""
        text = json.dumps([form, branch_id, dict(values)], sort_keys=True, ensure_ascii=False)
        digest = hmac.digest(self.service.workspace.keys.tokens, f"sent|{text}".encode(), "sha256")
        link_id = base64.urlsafe_b64encode(digest[:ID_BYTES]).decode()
        found = _kept(unit, link_id)
        if found is not None:
            return found
        link = Link(link_id, form, by, branch_id, unit.now.isoformat(), "", dict(values), True)
        kept = {
            "form": form,
            "by": by,
            "branch_id": branch_id,
            "at": link.at,
            "name": "",
            "values": dict(values),
            "is_sent": True,
        }
        unit.connection.execute(
            META.insert().values(key=_PREFIX + link_id, value=json.dumps(kept, ensure_ascii=False))
        )
        return link

    def close(self, actor: Actor, form: str, link_id: str) -> None:
        """Switch a link off; NotFound for one that is not the actor's to see."""
        with self.service.writing(actor) as desk:
            _shared(desk, form)
            link = _kept(desk.unit, link_id)
            if link is None or link.form != form or not _sees(actor, link):
                raise NotFound(NO_LINK.at(""))
            desk.unit.connection.execute(META.delete().where(META.c.key == _PREFIX + link_id))
            desk.unit.audit("public_link_closed", form, None, {"link": link_id, "name": link.name})

    def found(self, actor: Actor, form: str) -> tuple[list[tuple[Link, str]], dict[str, Any]]:
        """Return the living links that the actor may see, with their authors' names, newest first; and labels."""
        with self.service.reading(actor) as desk:
            plan = _shared(desk, form)
            wanted = select(META).where(META.c.key.startswith(_PREFIX, autoescape=True))
            rows = desk.unit.connection.execute(wanted).all()
            links = [_read(row.key.removeprefix(_PREFIX), row.value) for row in rows]
            mine = sorted(
                (one for one in links if one.form == form and not one.is_sent and _sees(actor, one)),
                key=lambda one: one.at,
            )
            named = [(one, _name(desk.unit, one.by)) for one in reversed(mine)]
            return named, _labels(desk, plan, mine)


def _shared(desk: Desk, form: str) -> FormPlan:
    plan = desk.form(form)
    if not desk.rights.right("share"):
        raise Forbidden(NO_SHARE.at("/form"))
    desk.gate.write(form, "insert")
    return plan


def _fits(desk: Desk, plan: FormPlan, given: Mapping[str, Any]) -> None:
    """Raise Rejected where a link may not fill in a field, or not with this value; Forbidden where its author may not."""
    known = plan.definition["public"].get("link", ())
    strange = [key for key in given if key not in known]
    if strange:
        names = ", ".join(known) or "–"
        raise Rejected(
            NOT_FOR_LINKS.at(f"/values/{str(key)[:60]}", key=str(key)[:60], known=names) for key in strange
        )
    submission = submit(plan, given, None, desk.context(plan.key))
    problems = [
        one for one in submission.problems if one.path.removeprefix("/values/").split("/")[0] in given
    ]
    if problems:
        raise Rejected(problems)
    records.refuse_dangling(desk, plan, submission, given)
    ready = {**submission.values, "branch_id": desk.actor.branch_id, "owner_id": desk.actor.user_id}
    desk.gate.check(desk.gate.write(plan.key, "insert"), frozenset(given), None, ready)


def _sees(actor: Actor, link: Link) -> bool:
    """Tell whether a link is the actor's own, or of a branch where the actor works."""
    return link.by == actor.user_id or link.branch_id is None or link.branch_id in actor.branches


def _kept(unit: Unit, link_id: str) -> Link | None:
    value = unit.connection.execute(select(META.c.value).where(META.c.key == _PREFIX + link_id)).scalar()
    return None if value is None else _read(link_id, value)


def _read(link_id: str, value: str) -> Link:
    return Link(link_id, **json.loads(value))


def _name(unit: Unit, user_id: str) -> str:
    account = accounts.account_of(unit.connection, user_id)
    return account.name if account is not None else ""


def _labels(desk: Desk, plan: FormPlan, links: list[Link]) -> dict[str, Any]:
    """Return the titles of the records that links fill in: form → id → title."""
    wanted: dict[str, set[str]] = {}
    for link in links:
        for key, value in link.values.items():
            shape: FieldShape | None = plan.shape.field(key)
            if shape is not None and shape.value_type == "reference" and isinstance(value, str):
                wanted.setdefault(str(shape.config.get("to")), set()).add(value)
    return {form: desk.gate.labels(form, tuple(sorted(ids))) for form, ids in wanted.items()}
