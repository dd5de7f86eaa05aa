"""Public forms: one form, a few fields, no account. A link lets anybody hand in one record, and read nothing.

What the visitor fills in is held to the fields offered. What the link and the form's `public.set` bring is
written with the rights of the link's author: a visitor has none, and must not gain any.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.access.actor import Actor, public_actor
from engine.clock import Clock
from engine.expressions import Checked, ErrorValue, evaluate, holds
from engine.ids import new_id
from engine.masks import mask
from engine.problems import Code, Forbidden, NotFound, Problem, Rejected, TooMany
from engine.store.unit import Cause
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.public_links import NO_LINK, Link, PublicLinks
from form_engine.service import attachments, clashes, duty, numbering, overlap, presence, records, touches
from form_engine.service.service import RecordService
from form_engine.submit import LOCKED, NOT_BY_HAND, READ_ONLY, REQUIRED, Submission, submit

TOO_OFTEN = Code("public.too_often", zh="提交太频繁，请稍后再试", en="Too many submissions; try again later",
                 hint_zh="{wait} 分钟后可以再提交", hint_en="You may submit again in {wait} minutes")  # fmt: skip
NOT_OFFERED = Code("public.not_offered", zh="这里没有“{key}”这一项", en="There is no “{key}” here",
                   hint_zh="刷新页面后重新填写", hint_en="Reload the page and fill it in again")  # fmt: skip
NOT_TICKED = Code("public.not_ticked", zh="请先勾选“{field}”", en="Please tick “{field}” first",
                  hint_zh="勾选后再提交", hint_en="Tick it, then send the form")  # fmt: skip

WINDOW_MINUTES = 10
MOST_IN_WINDOW = 20
"""Many people may send from one address: a waiting room's network, a tablet at the desk."""
MOST_OF_LINK = 200
_GUARDS = frozenset({READ_ONLY.code, NOT_BY_HAND.code, LOCKED.code})
Json = Mapping[str, Any]


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
    """The public forms of one workspace. `person`: the actor of a user id; NotFound where the account is closed."""

    def __init__(
        self,
        service: RecordService,
        links: PublicLinks,
        person: Callable[[str], Actor],
        limit: RateLimit | None = None,
    ) -> None:
        self.service, self.links, self._person = service, links, person
        self.limit = limit or RateLimit(service.workspace.clock)

    def plan(self, token: str) -> dict[str, Any]:
        """Return what a visitor's page says, and which fields it offers.

        Of what is in the house it tells nothing but what the form says of it (`about`), and that only by a link made for a
        message: to whoever the message was about.
        """
        link, plan = self._found(token)
        author = self._author(link)
        public = plan.definition["public"]
        about, closed = self._about(plan, link, author) if link.is_sent else ([], None)
        return {
            "form": plan.key,
            "name": plan.name,
            "title": public.get("title", plan.name),
            "intro": public.get("intro", {}),
            "thanks": public.get("thanks", {}),
            "fields": list(public["fields"]),
            "about": about,
            "closed": closed,
        }

    def _about(
        self, plan: FormPlan, link: Link, author: Actor
    ) -> tuple[list[dict[str, Any]], Mapping[str, str] | None]:
        """Return what a page says of what its link is about, and why it takes in nothing any more."""
        public = plan.definition["public"]
        with self.service.workspace.read() as unit:
            own = self.service.desk(unit, author, "public")
            state = submit(plan, link.values, None, own.context(plan.key)).state
            told = (_fact(one, plan.public_about[one["key"]], state) for one in public.get("about", ()))
            found = [one for one in told if one is not None]
            closed = (
                one["message"]
                for one in public.get("closed", ())
                if holds(plan.public_closed[one["key"]], state)
            )
            return found, next(closed, None)

    def worded(self, plan: FormPlan, field: dict[str, Any]) -> dict[str, Any]:
        """Return a field of the client plan as the visitor meets it: in his words, and consent never ticked for him."""
        public, key = plan.definition["public"], field["key"]
        told = {**field, "label": public.get("labels", {}).get(key, field["label"])}
        wanted, config = public.get("options", {}).get(key), field.get("config", {})
        if wanted is not None and "options" in config:
            known = {one["key"]: one for one in config["options"]}
            chosen = [{**known[name], "label": words} for name, words in wanted.items() if name in known]
            told["config"] = {**config, "options": chosen}
        if key in public.get("required", ()):
            told = {name: value for name, value in told.items() if name != "default"}
            told["required"] = True
        return told

    def submit(self, token: str, values: Any, sender: str, lang: str = "zh") -> dict[str, Any]:
        """Take in one record. The answer says only that it came in, never what is in the house already."""
        link, plan = self._found(token)
        self.limit.take(f"{link.link_id}/{sender}", MOST_IN_WINDOW)
        self.limit.take(link.link_id, MOST_OF_LINK)
        fields = frozenset(plan.definition["public"]["fields"])
        given = values if isinstance(values, Mapping) else {}
        strangers = [key for key in given if key not in fields]
        if strangers:
            raise Rejected(NOT_OFFERED.at(f"/values/{str(key)[:60]}", key=str(key)[:60]) for key in strangers)
        author = self._author(link)
        visitor = public_actor(self.service.workspace.key, plan.key, fields, lang)
        try:
            self._take_in(plan, link, author, visitor, given)
        except Rejected as error:
            if not clashes.is_duplicate(error):
                raise
            # To say "known already" would tell a stranger who is a patient here.
            self._touch(plan, link, author, given, error)
        return {"received": True, "thanks": plan.definition["public"].get("thanks", {})}

    def _found(self, token: str) -> tuple[Link, FormPlan]:
        with self.service.workspace.read() as unit:
            link = self.links.find(unit, token)
        return link, self.service.app.forms[link.form]

    def _author(self, link: Link) -> Actor:
        """Return in whose name the link writes. It lives as long as its author works here and may still write so."""
        try:
            author = self._person(link.by)
        except NotFound:
            raise NotFound(NO_LINK.at("")) from None
        if not self.service.app.policy.rights(author).verb(link.form, "create"):
            raise NotFound(NO_LINK.at(""))
        return replace(author, branch_id=link.branch_id)

    def _take_in(self, plan: FormPlan, link: Link, author: Actor, visitor: Actor, given: Json) -> None:
        with self.service.workspace.write(Cause("public", "public", new_id())) as unit:
            own = self.service.desk(unit, author, "public")
            outside = self.service.desk(unit, visitor, "public")
            incoming = _Incoming(plan, link, own, outside)
            ready = incoming.ready(given)
            known = _known_already(own, plan, incoming.brought, touches.parsed(plan, given))
            if known is not None:
                touches.note(own, plan, known, touches.parsed(plan, {**incoming.brought, **given}))
                return
            incoming.write(given, ready)

    def _touch(self, plan: FormPlan, link: Link, author: Actor, given: Json, error: Rejected) -> None:
        values = touches.parsed(plan, {**link.values, **given})
        with self.service.workspace.write(Cause("public", "public", new_id())) as unit:
            desk = self.service.desk(unit, author, "public")
            for problem in error.problems:
                fields = problem.params.get("fields") or ()
                other = clashes.find(desk, plan, {key: values.get(key) for key in fields})
                if other is not None:
                    touches.note(desk, plan, other, values)
                    return


class _Incoming:
    """One record on its way in. `own` acts for the link's author, `outside` for the visitor."""

    def __init__(self, plan: FormPlan, link: Link, own: Desk, outside: Desk) -> None:
        self.plan, self.link, self.own, self.outside = plan, link, own, outside
        self.fields = frozenset(plan.definition["public"]["fields"])
        self.brought: dict[str, Any] = {}
        """JSON that link and form fill in, as far as it still fits."""

    def ready(self, given: Json) -> dict[str, Any]:
        """Return the values to store, or raise Rejected with what the visitor can put right."""
        values, strange = attachments.as_stored(self.outside, self.plan, given, None)
        self.brought = {key: value for key, value in self.link.values.items() if key not in given}
        first = self._submitted({**self.brought, **values}, "public")
        for key, formula in self.plan.public_set.items():
            self.brought[key] = records.worked_out(self.plan, first.state, key, formula)
        final = self._submitted({**values, **self.brought}, "flow")
        unfit = {key for key in map(_field, final.problems) if key in self.brought and key not in self.fields}
        if unfit:
            # A poster outlives the channel it names: who comes by it must not be turned away for that.
            self.brought = {key: value for key, value in self.brought.items() if key not in unfit}
            final = self._submitted({**values, **self.brought}, "flow")
        guarded = [one for one in first.problems if one.code in _GUARDS and _field(one) in given]
        return records.accepted(
            self.outside, self.plan, final, given, [*guarded, *strange, *self._unfilled(final)]
        )

    def _submitted(self, values: Json, cause: str) -> Submission:
        known = self.fields | values.keys()
        context = replace(self.own.context(self.plan.key), cause=cause, may_write=lambda key: key in known)
        made = submit(self.plan, values, None, context)
        # What nobody was asked for here is for the clinic to fill in, even where its own people must.
        mine = [one for one in made.problems if one.code != REQUIRED.code or _field(one) in known]
        return replace(made, problems=tuple(mine))

    def _unfilled(self, submission: Submission) -> Iterator[Problem]:
        """Yield a problem for each field that this page asks for though the form itself does not."""
        public = self.plan.definition["public"]
        told = {_field(one) for one in submission.problems}
        for key in public.get("required", ()):
            value, label = submission.values.get(key), public.get("labels", {}).get(key, self.plan.label(key))
            if key in told or (value not in (None, "", (), False)):
                continue
            code = NOT_TICKED if value is False or _is_tick(self.plan, key) else REQUIRED
            yield code.at(f"/values/{key}", field=label)

    def write(self, given: Json, ready: dict[str, Any]) -> None:
        """Write the record: the visitor's part with the visitor's rights, the rest with the author's."""
        form = self.plan.key
        if "branch_id" not in self.brought:
            ready["branch_id"] = self.link.branch_id
        if "owner_id" not in self.brought:
            ready["owner_id"] = self.own.actor.user_id
        records.fill_system(self.own, ready, "public")
        self.outside.gate.check(self.outside.gate.write(form, "insert"), frozenset(given), None, ready)
        try:
            write = self.own.gate.write(form, "insert")
            self.own.gate.check(write, frozenset(self.brought), None, ready)
        except Forbidden:
            raise NotFound(NO_LINK.at("")) from None
        numbering.assign(self.own, self.plan, ready)
        record = self.own.unit.insert(write, ready, new_id())
        duty.guard(self.outside, self.plan, record)
        presence.guard(self.outside, self.plan, record)
        overlap.guard(self.outside, self.plan, record)


def _fact(one: Json, formula: Checked, state: Any) -> dict[str, Any] | None:
    """Return a line of what a page says; None where it is blank."""
    value = evaluate(formula, state)
    if value is None or value == "" or isinstance(value, ErrorValue):
        return None
    told: dict[str, Any] = {"key": one["key"], "label": one["label"]}
    if "words" in one:
        words = one["words"].get(str(value))
        return {**told, "words": words} if words is not None else None
    if isinstance(value, datetime):
        return {**told, "at": value.isoformat()}
    return {**told, "text": mask(str(value), one["mask"]) or "" if "mask" in one else str(value)}


def _known_already(desk: Desk, plan: FormPlan, brought: Json, given: Json) -> str | None:
    """Return the record that the visitor's own words find, as an import would: by phone, by WeChat …"""
    for group in plan.definition.get("import", {}).get("match", ()):
        if all(given.get(key) is not None and key not in brought for key in group):
            other = clashes.find(desk, plan, {key: given[key] for key in group})
            if other is not None:
                return other
    return None


def _field(problem: Problem) -> str:
    """Return the field that a problem of a submission points at."""
    return problem.path.removeprefix("/values/").split("/")[0]


def _is_tick(plan: FormPlan, key: str) -> bool:
    shape = plan.shape.field(key)
    return shape is not None and shape.value_type == "boolean"
