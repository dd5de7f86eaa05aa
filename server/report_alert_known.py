"""Alerts that somebody knows of: who said so, until when; whoever is told the very same number is not told again meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Code, NotFound, Rejected
from engine.store.codec import decode_json, encode_json
from engine.store.unit import Unit
from report_engine.alerts.rule import Rule
from report_engine.alerts.standing import Known, Standing, acknowledged, from_json, to_json
from report_engine.tables import STANDINGS, TOLD

MOST_NOTE = 200
NOT_OFF = Code(
    "alert.not_off",
    zh="这项指标现在没有异常，不用标记已知悉",
    en="Nothing is off here, so there is nothing to acknowledge",
    hint_zh="刷新预警页看看最新情况",
    hint_en="Refresh the page of alerts",
)
BAD_UNTIL = Code(
    "alert.bad_until",
    zh="“到什么时候”须是以后的时间",
    en="“Until” must be a time to come",
    hint_zh="不填就是到它恢复为止",
    hint_en="Leave it out to mean: until it is well again",
)
BAD_NOTE = Code(
    "alert.bad_note",
    zh="说明最多 {most} 个字",
    en="A note has at most {most} characters",
    hint_zh="写短一些",
    hint_en="Make it shorter",
)
NOT_MINE = Code(
    "alert.not_mine",
    zh="没有这条预警，或它不通知您",
    en="There is no such alert, or it does not tell you",
    hint_zh="请在预警规则的“通知”里加上您",
    hint_en="Add yourself to those whom the rule tells",
)


@dataclass(frozen=True, slots=True)
class _Row:
    user_id: str
    groups: dict[str, Standing]
    words: Mapping[str, str]


def acknowledge(unit: Unit, rule: Rule, actor: Actor, values: Mapping[str, Any]) -> None:
    """Say that one group, or all that are off with me, is known. Rejected, NotFound."""
    known = Known(actor.user_id, unit.now, _until(values.get("until"), unit.now), _note(values.get("note")))
    rows, chosen = _chosen(unit, rule, actor, values.get("group"))
    _write(unit, rule, actor, rows, chosen, known)


def take_back(unit: Unit, rule: Rule, actor: Actor, values: Mapping[str, Any]) -> None:
    """Say that it is not known after all: it is told again in its time. Rejected, NotFound."""
    rows, chosen = _chosen(unit, rule, actor, values.get("group"))
    mine = rows[actor.user_id]
    chosen = [key for key in chosen if mine.groups[key].known is not None]
    if not chosen:
        raise Rejected(NOT_OFF.at("/group"))
    _write(unit, rule, actor, rows, chosen, None)


def _chosen(unit: Unit, rule: Rule, actor: Actor, group: Any) -> tuple[dict[str, _Row], list[str]]:
    rows = _rows(unit, rule)
    mine = rows.get(actor.user_id)
    if mine is None:
        raise NotFound(NOT_MINE.at(""))
    off = [key for key, one in mine.groups.items() if one.bad]
    chosen = off if group is None else [key for key in off if key == group]
    if not chosen:
        raise Rejected(NOT_OFF.at("/group"))
    return rows, chosen


def _rows(unit: Unit, rule: Rule) -> dict[str, _Row]:
    query = select(STANDINGS).where(STANDINGS.c.rule_id == rule.rule_id).with_for_update()
    return {
        str(row["user_id"]): _Row(
            str(row["user_id"]), from_json(decode_json(row["groups"])), dict(decode_json(row["words"]))
        )
        for row in unit.connection.execute(query).mappings()
    }


def _write(
    unit: Unit, rule: Rule, actor: Actor, rows: Mapping[str, _Row], chosen: list[str], known: Known | None
) -> None:
    """Write it for me and for all who are told the same words of a group: their number is mine."""
    mine, look = rows[actor.user_id], new_id()
    for row in rows.values():
        same = [
            key
            for key in chosen
            if row is mine or (key in row.words and row.words[key] == mine.words.get(key))
        ]
        same = [key for key in same if key in row.groups and row.groups[key].bad]
        if not same:
            continue
        after = {key: acknowledged(one, known) if key in same else one for key, one in row.groups.items()}
        own = (STANDINGS.c.rule_id == rule.rule_id) & (STANDINGS.c.user_id == row.user_id)
        groups = encode_json(to_json(after)).decode()
        unit.connection.execute(update(STANDINGS).where(own).values(groups=groups))
        said: dict[str, Any] = {"lines": [row.words.get(key, "") for key in same], "by": actor.user_id}
        if known is not None:
            said |= {"note": known.note, "until": known.until.isoformat() if known.until else None}
        told = {
            "told_id": new_id(), "look": look, "rule_id": rule.rule_id, "user_id": row.user_id,
            "kind": "known" if known is not None else "unknown", "name": encode_json(dict(rule.name)).decode(),
            "lines": encode_json(said).decode(), "at": unit.now_text,
        }  # fmt: skip
        unit.connection.execute(TOLD.insert().values(**told))
    what = "report.alert_known" if known is not None else "report.alert_unknown"
    unit.audit(what, "kpi_rule", rule.rule_id, {"groups": len(chosen)})


def _until(given: Any, now: datetime) -> datetime | None:
    if given is None or given == "":
        return None
    try:
        found = datetime.fromisoformat(str(given))
    except ValueError:
        raise Rejected(BAD_UNTIL.at("/until")) from None
    if found.tzinfo is None or found <= now:
        raise Rejected(BAD_UNTIL.at("/until"))
    return found


def _note(given: Any) -> str:
    text = given if isinstance(given, str) else ""
    if len(text) > MOST_NOTE or not isinstance(given, str | None):
        raise Rejected(BAD_NOTE.at("/note", most=MOST_NOTE))
    return text.strip()


__all__ = ["NOT_MINE", "acknowledge", "take_back"]
