"""Pools (公海): records without an owner that people take from, and into which what lies idle comes back.

Taking is atomic: exactly one wins, the others are told who. Every move is written to the ledger of the pool.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.clock import business_day
from engine.definitions.analysis import Analysis
from engine.definitions.app import App
from engine.definitions.outline import FormOutline
from engine.definitions.scopes import RecordScope
from engine.expressions import check, parse
from engine.expressions.moments import zone_of
from engine.expressions.types import BOOL
from engine.ids import new_id
from engine.ports import FlowRecords
from engine.problems import Code, Conflict, NotFound, Problem, Rejected, TooMany, pointer
from engine.store.platform import from_instant, instant
from engine.store.unit import Unit
from engine.text import nearest
from flow_engine.calendar import Moment, due, read_span
from flow_engine.calendar.hours import on_the_wall
from flow_engine.tables import POOL_ITEMS, POOL_MOVES

TAKEN = Code("pool.taken", zh="这条已被{who}领取", en="{who} has taken this one already", hint_zh="请刷新公海，另选一条", hint_en="Reload the pool and take another")  # fmt: skip
NOT_THERE = Code("pool.not_there", zh="这条不在公海里", en="This one is not in the pool", hint_zh="请刷新公海", hint_en="Reload the pool")  # fmt: skip
COOLDOWN = Code("pool.cooldown", zh="您刚退回过这条，{until} 之后才能再领", en="You have had this one; it can be yours again from {until}")  # fmt: skip
DAILY = Code("pool.daily", zh="今天已领取 {most} 条，达到上限", en="You have taken {most} today, which is the limit", hint_zh="明天可以继续领取", hint_en="There is tomorrow")  # fmt: skip
HOLD = Code("pool.hold", zh="您手上已有 {most} 条，达到持有上限", en="You hold {most}, which is the limit", hint_zh="先完成或退回一些", hint_en="Finish or return some first")  # fmt: skip
NO_FIELD = Code("pool.field", zh="表单里没有字段“{field}”", en="The form has no field “{field}”", hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
NOT_YOURS = Code("pool.not_yours", zh="这条不在您名下", en="This one is not yours", hint_zh="请刷新列表", hint_en="Reload the list")  # fmt: skip


MOST_TRIED, MOST_WAITING = 200, 5000


@dataclass(frozen=True, slots=True)
class Recycle:
    """What brings a record back: `since` (a date or instant field) lies `after` back and `where` holds; `warn` before that."""

    key: str
    after: str
    since: str
    where: str | None = None
    warn: str | None = None


@dataclass(frozen=True, slots=True)
class PoolRule:
    """A pool as it is set up.

    `owner` is the field that says whose a record is, `daily` how many one may take a day, `hold` how many one may have,
    `protect` how long a taken one does not come back, `cooldown` how long who had it may not take it again. A record for
    which `done` holds counts against nobody's limit. What is at the values of `on_enter` without an owner lies in the
    pool, however it came there: by hand, by an import. `view`: the form's view that shows the pool.
    """

    key: str
    form: str
    owner: str = "owner_id"
    daily: int | None = None
    hold: int | None = None
    protect: str | None = None
    cooldown: str | None = None
    order: str = "fifo"
    score: str | None = None
    view: str | None = None
    done: str | None = None
    on_enter: Mapping[str, Any] = field(default_factory=dict)
    on_claim: Mapping[str, Any] = field(default_factory=dict)
    recycle: tuple[Recycle, ...] = ()


def read_pool(definition: Mapping[str, Any], form: str) -> PoolRule:
    """Return the pool that a form's definition sets up. Rejected where a span cannot be read."""
    given = {key: value for key, value in definition.items() if key not in ("name", "recycle")}
    rules = []
    for index, one in enumerate(definition.get("recycle", ())):
        for name in ("after", "warn"):
            if one.get(name) is not None:
                read_span(one[name], f"/recycle/{index}/{name}")
        rules.append(Recycle(**one))
    for name in ("protect", "cooldown"):
        if given.get(name) is not None:
            read_span(given[name], f"/{name}")
    return PoolRule(form=form, recycle=tuple(rules), **given)


def pools_of(app: App, analysis: Analysis) -> tuple[dict[str, PoolRule], list[Problem]]:
    """Return the pools of an app by key, and what is wrong with the others."""
    rules: dict[str, PoolRule] = {}
    problems: list[Problem] = []
    for form_key, definition in app.of("forms").items():
        form = analysis.forms.get(form_key)
        for index, pool in enumerate(definition.get("pools", ()) if form is not None else ()):
            at = pointer("forms", form_key, "pools", index)
            found = list(_wrong(pool, form, analysis, at)) if form is not None else []
            try:
                rule = read_pool(pool, form_key)
            except Rejected as refused:
                found += [problem.under(at) for problem in refused.problems]
            problems += found
            if not found:
                rules[rule.key] = rule
    return rules, problems


def _wrong(pool: Mapping[str, Any], form: FormOutline, analysis: Analysis, at: str) -> Iterator[Problem]:
    named = [("owner", pool.get("owner")), ("score", pool.get("score"))]
    named += [(f"{part}/{key}", key) for part in ("on_enter", "on_claim") for key in pool.get(part, {})]
    named += [(f"recycle/{number}/since", one["since"]) for number, one in enumerate(pool.get("recycle", ()))]
    for place, key in named:
        if key is not None and not form.has(key):
            close = ", ".join(nearest(key, list(form.fields))) or "–"
            yield NO_FIELD.at(f"{at}/{place}", field=key, nearest=close)
    wheres = [
        (f"recycle/{number}/where", one.get("where")) for number, one in enumerate(pool.get("recycle", ()))
    ]
    for place, where in (("done", pool.get("done")), *wheres):
        if where is None:
            continue
        try:
            check(parse(where, f"{at}/{place}"), RecordScope(analysis.types, form), BOOL, f"{at}/{place}")
        except Rejected as refused:
            yield from refused.problems


Notify = Callable[[Unit, tuple[str, ...], str, Mapping[str, Any], str | None, str | None], None]


class Pools:
    """The pools of one workspace. `rules()`: those of the app in force, by key."""

    def __init__(
        self,
        rules: Callable[[], Mapping[str, PoolRule]],
        records: Callable[[Unit], FlowRecords],
        name_of: Callable[[Unit, str], str] = lambda _unit, user_id: user_id,
        notify: Notify | None = None,
    ) -> None:
        self._rules, self._records = rules, records
        self._name_of, self._notify = name_of, notify

    def rule(self, pool: str) -> PoolRule:
        """Return a pool's rule. NotFound."""
        found = self._rules().get(pool)
        if found is None:
            raise NotFound(NOT_THERE.at("/pool"))
        return found

    def put(self, unit: Unit, pool: str, form: str, record_id: str, reason: str = "new") -> None:
        """Put a record into a pool; one that is there already stays as it is."""
        row = self._row(unit, pool, record_id)
        if row is not None and row.owner is None:
            return
        rule = self._rules().get(pool) or PoolRule(pool, form)
        # One who had it without taking it from the pool (an assigned lead) is its former owner all the same.
        owner = row.owner if row is not None else self._owner(unit, rule, record_id)
        self._enter(unit, rule, record_id, owner, reason, None, is_new=row is None)

    def claim(self, unit: Unit, pool: str, record_id: str, user_id: str) -> None:
        """Give a record of the pool to who takes it. Conflict when somebody was quicker; TooMany; Rejected in cooldown."""
        rule = self.rule(pool)
        _take_turns(unit, pool, user_id)
        row = self._row(unit, pool, record_id, lock=True)
        if row is None or row.owner is not None:
            row = self._found_lying(unit, rule, record_id, row)
        problem = self._why_not(unit, rule, row, user_id)
        if problem is not None:
            raise problem
        for over in self._over(unit, rule, user_id):
            self.settle(unit, pool, over)
        c = POOL_ITEMS.c
        done = unit.connection.execute(
            update(POOL_ITEMS)
            .where(c.pool == pool, c.record_id == record_id, c.owner.is_(None), c.revision == row.revision)
            .values(
                owner=user_id, claimed_at=unit.now_text, revision=row.revision + 1, reason=None,
                protect_until=self._later(unit, rule.protect),
            )
        )  # fmt: skip
        if done.rowcount != 1:
            raise Conflict(TAKEN.at("/record", who="?"))
        self._move(unit, pool, record_id, "claimed", user_id, None, user_id, None)
        self._records(unit).update(rule.form, record_id, {**rule.on_claim, rule.owner: user_id})

    def claim_next(
        self, unit: Unit, pool: str, user_id: str, among: Callable[[str], bool] = lambda _record: True
    ) -> str | None:
        """Give the next record in the pool's order, of those that are for them; None when there is none that they may take."""
        for record_id in filter(among, self.waiting(unit, pool, limit=MOST_TRIED, seed=user_id)):
            try:
                with unit.savepoint():
                    self.claim(unit, pool, record_id, user_id)
            except TooMany:
                raise
            except Rejected:
                continue
            return record_id
        return None

    def out_of_reach(self, unit: Unit, pool: str, record_id: str) -> Rejected:
        """Return what whoever cannot see a record is told that asks for it: who has it now, else that it is not there."""
        row = self._row(unit, pool, record_id)
        if row is None or row.owner is None:
            return NotFound(NOT_THERE.at("/record"))
        return Conflict(TAKEN.at("/record", who=self._name_of(unit, row.owner)))

    def release(self, unit: Unit, pool: str, record_id: str, user_id: str, reason: str) -> None:
        """Put back what one took. Conflict when it is no longer theirs."""
        row = self._row(unit, pool, record_id, lock=True)
        if row is None or row.owner != user_id:
            raise Conflict(NOT_YOURS.at("/record"))
        self._enter(unit, self.rule(pool), record_id, user_id, reason, user_id)

    def waiting(self, unit: Unit, pool: str, limit: int = 100, seed: str = "") -> list[str]:
        """Return what can be taken, in the pool's order."""
        rule, c = self.rule(pool), POOL_ITEMS.c
        query = select(c.record_id, c.entered_at).where(c.pool == pool, c.owner.is_(None))
        entered = {str(one): str(at) for one, at in unit.connection.execute(query.limit(MOST_WAITING))}
        sort = (f"-{rule.score}",) if rule.order == "score" and rule.score is not None else ()
        if rule.on_enter:
            found = self._records(unit).find(rule.form, _lying(rule), dict(rule.on_enter), sort, MOST_WAITING)
        else:
            where = f"ISBLANK({{{rule.owner}}})"
            found = [
                one
                for one in self._records(unit).find(rule.form, where, {}, sort, MOST_WAITING)
                if one in entered
            ]
        if rule.order == "random":
            found.sort(key=lambda one: zlib.crc32(f"{seed}:{one}".encode()))
        elif not sort:
            found.sort(key=lambda one: (entered.get(one, ""), one))
        return found[:limit]

    def held(self, unit: Unit, pool: str, user_id: str) -> int:
        """Return how many somebody holds and has still to work on."""
        return len(self._had(unit, pool, user_id)) - len(self._over(unit, self.rule(pool), user_id))

    def taken(self, unit: Unit, pool: str, user_id: str) -> int:
        """Return how many somebody has taken today."""
        zone, c = zone_of(unit.workspace.zone), POOL_MOVES.c
        midnight = on_the_wall(business_day(unit.now, zone.key), datetime.min.time(), zone)
        query = select(func.count()).where(
            c.pool == pool, c.kind == "claimed", c.by == user_id, c.at >= instant(midnight)
        )
        return int(unit.connection.execute(query).scalar_one())

    def lies_there(self, unit: Unit, pool: str, record_id: str) -> bool:
        """Tell whether a record waits in the pool for somebody."""
        rule = self.rule(pool)
        row = self._row(unit, pool, record_id)
        if row is not None and row.owner is None:
            return self._owner(unit, rule, record_id) is None
        return self._matches(unit, rule, record_id)

    def settle(self, unit: Unit, pool: str, record_id: str, reason: str = "done") -> None:
        """Take a record out of the pool for good: it was won, lost or deleted, and counts against nobody's limit."""
        row = self._row(unit, pool, record_id, lock=True)
        if row is None:
            return
        c = POOL_ITEMS.c
        unit.connection.execute(POOL_ITEMS.delete().where(c.pool == pool, c.record_id == record_id))
        self._move(unit, pool, record_id, "settled", None, row.owner, row.owner, reason)

    def ledger(self, unit: Unit, pool: str, record_id: str) -> Sequence[Mapping[str, Any]]:
        """Return every move of a record, oldest first."""
        c = POOL_MOVES.c
        query = select(POOL_MOVES).where(c.pool == pool, c.record_id == record_id).order_by(c.id)
        return [dict(row) for row in unit.connection.execute(query).mappings()]

    def recycle(self, unit: Unit, pool: str) -> dict[str, int]:
        """Bring back what lay idle, and warn of what soon will; return how many of each. Nothing protected comes back."""
        rule = self.rule(pool)
        done = {"recycled": 0, "warned": 0}
        for one in rule.recycle:
            for record_id in self._idle(unit, rule, one, one.after):
                row = self._row(unit, pool, record_id, lock=True)
                if (
                    row is not None
                    and row.protect_until is not None
                    and from_instant(row.protect_until) > unit.now
                ):
                    continue
                owner = self._owner(unit, rule, record_id)
                self._enter(unit, rule, record_id, owner, one.key, None, kind="recycled")
                done["recycled"] += 1
                if owner is not None:
                    self._tell(unit, rule, owner, record_id, "pool.recycled", one)
            if one.warn is not None:
                done["warned"] += self._warn(unit, rule, one)
        return done

    # ---- inside ----

    def _warn(self, unit: Unit, rule: PoolRule, one: Recycle) -> int:
        warned, soon = 0, unit.now + (unit.now - self._back(unit, unit.now, one.warn or "0d"))
        for record_id in self._idle(unit, rule, one, one.after, soon):
            since = self._records(unit).read(rule.form, record_id, frozenset({(one.since,)}))[one.since,]
            key = f"{one.key}:{since}"
            owner = self._owner(unit, rule, record_id)
            if owner is None or self._was_warned(unit, rule.key, record_id, key):
                continue
            self._move(unit, rule.key, record_id, "warned", None, owner, owner, key)
            self._tell(unit, rule, owner, record_id, "pool.warned", one)
            warned += 1
        return warned

    def _idle(
        self, unit: Unit, rule: PoolRule, one: Recycle, after: str, at: datetime | None = None
    ) -> list[str]:
        limit = self._back(unit, at or unit.now, after)
        where = f"AND(NOT(ISBLANK({{{rule.owner}}})), {{{one.since}}} <= {{form.limit}}{', ' + one.where if one.where else ''})"
        found = self._records(unit).find(rule.form, where, {"limit": limit})
        c = POOL_ITEMS.c
        query = select(c.record_id).where(c.pool == rule.key, c.owner.is_(None), c.record_id.in_(found))
        already = set(unit.connection.execute(query).scalars()) if found else set()
        return [record_id for record_id in found if record_id not in already]

    def _back(self, unit: Unit, at: datetime, span: str) -> datetime:
        return due(at, f"-{span}", Moment(zone_of(unit.workspace.zone)))

    def _later(self, unit: Unit, span: str | None) -> str | None:
        return None if span is None else instant(due(unit.now, span, Moment(zone_of(unit.workspace.zone))))

    def _owner(self, unit: Unit, rule: PoolRule, record_id: str) -> str | None:
        found = self._records(unit).read(rule.form, record_id, frozenset({(rule.owner,)}))[rule.owner,]
        return found if isinstance(found, str) else None

    def _why_not(self, unit: Unit, rule: PoolRule, row: Any, user_id: str) -> Rejected | None:
        if row is None:
            return NotFound(NOT_THERE.at("/record"))
        # Somebody may have been given it by hand meanwhile: then it is theirs, whatever the pool believes.
        owner = row.owner or self._owner(unit, rule, row.record_id)
        if owner is not None:
            return Conflict(TAKEN.at("/record", who=self._name_of(unit, owner)))
        if row.last_owner == user_id and row.cooldown_until is not None:
            until = from_instant(row.cooldown_until)
            if until > unit.now:
                local = until.astimezone(zone_of(unit.workspace.zone))
                return Rejected(COOLDOWN.at("/record", until=f"{local:%Y-%m-%d %H:%M}"))
        limit = self._limit(unit, rule, user_id)
        return TooMany(limit) if limit is not None else None

    def _limit(self, unit: Unit, rule: PoolRule, user_id: str) -> Problem | None:
        if rule.hold is not None and self.held(unit, rule.key, user_id) >= rule.hold:
            return HOLD.at("/record", most=rule.hold)
        if rule.daily is None or self.taken(unit, rule.key, user_id) < rule.daily:
            return None
        return DAILY.at("/record", most=rule.daily)

    def _had(self, unit: Unit, pool: str, user_id: str) -> list[str]:
        c = POOL_ITEMS.c
        query = select(c.record_id).where(c.pool == pool, c.owner == user_id).order_by(c.record_id)
        return [str(one) for one in unit.connection.execute(query).scalars()]

    def _over(self, unit: Unit, rule: PoolRule, user_id: str) -> list[str]:
        """Return what somebody took that is done, gone, or another's by now."""
        had = self._had(unit, rule.key, user_id)
        if not had:
            return []
        done = f", NOT({rule.done})" if rule.done else ""
        where = f"AND({{{rule.owner}}} = {{form.who}}, INCLUDES({{form.had}}, RECORDID()){done})"
        still = set(
            self._records(unit).find(rule.form, where, {"who": user_id, "had": tuple(had)}, (), len(had))
        )
        return [one for one in had if one not in still]

    def _matches(self, unit: Unit, rule: PoolRule, record_id: str) -> bool:
        """Tell whether a record is as those of the pool are, and nobody's."""
        if not rule.on_enter:
            return False
        paths = {key: (key,) for key in (*rule.on_enter, rule.owner)}
        found = self._records(unit).read(rule.form, record_id, frozenset(paths.values()))
        return found[paths[rule.owner]] is None and all(
            found[paths[key]] == value for key, value in rule.on_enter.items()
        )

    def _found_lying(self, unit: Unit, rule: PoolRule, record_id: str, row: Any) -> Any:
        """Return the row of a record that came into the pool by hand or by an import; the row it has where it lies not there."""
        if not self._matches(unit, rule, record_id):
            # Where there was no row, somebody quicker may have written one since.
            return row if row is not None else self._row(unit, rule.key, record_id, lock=True)
        owner = None if row is None else row.owner
        if self._write_in(unit, rule, record_id, owner, "found", is_new=row is None):
            self._move(unit, rule.key, record_id, "entered", None, owner, None, "found")
        return self._row(unit, rule.key, record_id, lock=True)

    def _row(self, unit: Unit, pool: str, record_id: str, lock: bool = False) -> Any:
        c = POOL_ITEMS.c
        query = select(POOL_ITEMS).where(c.pool == pool, c.record_id == record_id)
        return unit.connection.execute(query.with_for_update() if lock else query).first()

    def _enter(
        self, unit: Unit, rule: PoolRule, record_id: str, owner: str | None, reason: str, by: str | None, kind: str = "entered",
        *, is_new: bool = False,
    ) -> None:  # fmt: skip
        if self._write_in(unit, rule, record_id, owner, reason, is_new=is_new):
            self._move(unit, rule.key, record_id, kind, by, owner, None, reason)
            self._records(unit).update(rule.form, record_id, {**rule.on_enter, rule.owner: None})

    def _write_in(
        self, unit: Unit, rule: PoolRule, record_id: str, owner: str | None, reason: str, *, is_new: bool
    ) -> bool:
        """Write that a record lies in the pool. One that `is_new` there is not written over what somebody quicker wrote."""
        maker = postgresql.insert if unit.is_postgres else sqlite.insert
        values = {
            "owner": None, "entered_at": unit.now_text, "claimed_at": None, "protect_until": None, "reason": reason,
            "last_owner": owner, "cooldown_until": self._later(unit, rule.cooldown) if owner is not None else None,
        }  # fmt: skip
        row = maker(POOL_ITEMS).values(pool=rule.key, record_id=record_id, revision=1, **values)
        keys = ["pool", "record_id"]
        if is_new:
            row = row.on_conflict_do_nothing(index_elements=keys)
        else:
            again = {**values, "revision": POOL_ITEMS.c.revision + 1}
            row = row.on_conflict_do_update(index_elements=keys, set_=again)
        return unit.connection.execute(row.returning(POOL_ITEMS.c.record_id)).first() is not None

    def _move(
        self, unit: Unit, pool: str, record_id: str, kind: str, by: str | None, old: str | None, new: str | None, reason: str | None
    ) -> None:  # fmt: skip
        unit.connection.execute(
            POOL_MOVES.insert().values(
                id=new_id(), pool=pool, record_id=record_id, at=unit.now_text, kind=kind, by=by, from_owner=old,
                to_owner=new, reason=reason,
            )
        )  # fmt: skip

    def _was_warned(self, unit: Unit, pool: str, record_id: str, key: str) -> bool:
        c = POOL_MOVES.c
        same = and_(c.pool == pool, c.record_id == record_id, c.kind == "warned", c.reason == key)
        return unit.connection.execute(select(c.id).where(same).limit(1)).first() is not None

    def _tell(self, unit: Unit, rule: PoolRule, owner: str, record_id: str, kind: str, one: Recycle) -> None:
        if self._notify is None:
            return
        label = self._records(unit).label(rule.form, record_id)
        soon = kind == "pool.warned"
        title = {
            "zh": f"{label} 即将回收到公海" if soon else f"{label} 已回收到公海",
            "en": f"{label} soon goes back to the pool" if soon else f"{label} went back to the pool",
        }
        self._notify(unit, (owner,), kind, {"title": title, "rule": one.key}, rule.form, record_id)


def _lying(rule: PoolRule) -> str:
    """Return the formula of what lies in a pool; its names are the values of `on_enter`."""
    same = "".join(f", {{{key}}} = {{form.{key}}}" for key in rule.on_enter)
    return f"AND(ISBLANK({{{rule.owner}}}){same})"


def _take_turns(unit: Unit, pool: str, user_id: str) -> None:
    """Let one person take one after another, so that two clicks at once cannot pass a limit together."""
    if unit.is_postgres:
        number = zlib.crc32(f"{pool}:{user_id}".encode())
        unit.connection.execute(select(func.pg_advisory_xact_lock(0x706F6C, number - 2**31)))
