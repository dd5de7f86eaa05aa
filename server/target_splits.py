"""Targets dealt out to branches, people and months: shown first, then written as one batch that can be taken back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.access.actor import Actor
from engine.ids import new_id
from engine.problems import Code, Problem, Rejected
from form_engine.service import records
from report_engine.goal_split import HISTORY, MONTHS, Asked, Part, Split, split, ways_of
from report_engine.reading import EXPORT_S
from server.reading import given, given_texts
from server.report_figures import team

if TYPE_CHECKING:
    from server.clinics import Clinic

BAD_AMOUNT = Code(
    "goals.bad_amount",
    zh="“{name}”的目标值须是不小于 0 的数",
    en="The target of “{name}” must be a number of nought or more",
    hint_zh="例如 120000 或 0.65",
    hint_en="For example 120000 or 0.65",
)
NO_PART = Code(
    "goals.no_part",
    zh="拆分结果里没有“{key}”",
    en="“{key}” is no part of this split",
    hint_zh="对象可能刚停用或被排除，请重新预览",
    hint_en="It may just have been switched off or left out; look at the preview again",
)


class TargetSplits:
    """Deals out the targets of one clinic."""

    def __init__(self, clinic: "Clinic") -> None:
        self.clinic = clinic

    def preview(self, actor: Actor, form: str, record_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return how a target would be dealt out; nothing is written."""
        with self._split(actor, form, record_id, values) as found:
            return told(found)

    def write(self, actor: Actor, form: str, record_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Write the parts: targets that are there get their new amount, the others are made. All or none."""
        with self._split(actor, form, record_id, values) as found:
            amounts = _amounts(found, given(values, "parts", list))
        batch, created, updated = new_id(), 0, 0
        problems: list[Problem] = []
        amount = str(found.fact.goals["amount"])
        with self.clinic.service.writing(actor, "user", batch) as desk:
            for at, part in enumerate(found.parts):
                said = {amount: str(amounts[part.key])}
                try:
                    if part.record_id is not None:
                        updated += records.update(desk, form, part.record_id, said, None)
                    else:
                        home = {"branch_id": part.branch_id} if part.branch_id is not None else None
                        records.insert(desk, form, {**part.values, **said}, system=home)
                        created += 1
                except Rejected as refused:
                    problems += [one.under(f"/parts/{at}") for one in refused.problems]
            if problems:
                raise Rejected(problems[:20])
        return {"batch": batch, "created": created, "updated": updated}

    @contextmanager
    def _split(self, actor: Actor, form: str, record_id: str, values: Mapping[str, Any]) -> Iterator[Split]:
        asked = read_asked(values)
        with self.clinic.reports.opened(actor, EXPORT_S) as office:
            yield split(office, form, record_id, asked, partial(team, office))


def read_asked(values: Mapping[str, Any]) -> Asked:
    """Return how a target is to be dealt out, as a request says it."""
    whole = given(values, "whole", str)
    months = given(values, "months", int)
    return Asked(
        given(values, "over", str) or MONTHS,
        given(values, "by", str) or HISTORY,
        _number(whole, "/whole", "whole") if whole is not None else None,
        12 if months is None else months,
        frozenset(given_texts(values, "without") or ()),
    )


def told(found: Split) -> dict[str, Any]:
    """Return a split as the screen takes it; amounts are texts."""
    aim = found.aim
    field = found.fact.form.fields[str(found.fact.goals["metric"])]
    options = {str(one["key"]): one.get("label") for one in field.config.get("options") or ()}
    return {
        "over": found.over, "by": found.by, "ways": list(ways_of(found.fact, aim.level)), "level": aim.level,
        "metric": {"key": aim.metric, "name": options.get(aim.metric) or {"zh": aim.metric, "en": aim.metric}},
        "month": aim.month.isoformat(), "target": _text(aim.target), "whole": _text(found.whole), "places": found.places,
        "is_same": found.is_same, "is_even": found.is_even,
        "parts": [_part(one, found.places) for one in found.parts], "left_out": [{"key": one.key, "name": one.name} for one in found.left_out],
    }  # fmt: skip


def _part(one: Part, places: int) -> dict[str, Any]:
    came = None if one.came is None else one.came.quantize(Decimal(1).scaleb(-places))
    return {
        "key": one.key, "name": one.name, "month": one.month.isoformat(), "amount": _text(one.amount), "came": _text(came),
        "record_id": one.record_id, "stands": _text(one.stands),
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _amounts(found: Split, parts: list[Any] | None) -> dict[str, Decimal]:
    """Return what each part is to be: as somebody changed it on the screen, else as it was dealt."""
    amounts = {one.key: one.amount for one in found.parts}
    names = {one.key: one.name for one in found.parts}
    problems: list[Problem] = []
    for at, one in enumerate(parts or ()):
        key = str(one.get("key")) if isinstance(one, Mapping) else ""
        if key not in amounts:
            problems.append(NO_PART.at(f"/parts/{at}/key", key=key or "–"))
            continue
        try:
            amounts[key] = _number(str(one.get("amount")), f"/parts/{at}/amount", names[key])
        except Rejected as wrong:
            problems += wrong.problems
    if problems:
        raise Rejected(problems[:20])
    return amounts


def _number(text: str, at: str, name: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= Decimal(10) ** 15:
        raise Rejected(BAD_AMOUNT.at(at, name=name))
    return found


__all__ = ["TargetSplits", "read_asked", "told"]
