"""Clinic (诊所): body measures, teeth, acupuncture points, injections, follow-ups."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Numeric, and_, case, cast, func

from engine.expressions.function import Function
from engine.expressions.functions._sql import whole
from engine.expressions.functions.dates import _by_day, day_of, shifted, years_old
from engine.expressions.functions.dates import _check_unit as check_unit
from engine.expressions.functions.dates import _years as pg_years
from engine.expressions.numbers import WIDE, ZERO, fifteen
from engine.expressions.problems import BAD_DATE, BAD_NUMBER, BAD_VALUE, NOT_FOUND, Failure
from engine.expressions.sql_arithmetic import fifteen as sql_fifteen
from engine.expressions.sql_arithmetic import rounded
from engine.expressions.sql_builder import Builder
from engine.expressions.types import NUMBER

_QUADRANTS = {1: "UR", 2: "UL", 3: "LL", 4: "LR", 5: "UR", 6: "UL", 7: "LL", 8: "LR"}
_DECAYED = frozenset({"caries", "decayed", "龋"})
_FILLED = frozenset({"filled", "filling", "restored", "crown", "inlay", "充填"})
_MISSING = frozenset({"missing", "extracted", "缺失"})


def _bmi(weight: Any, height: Any) -> Decimal:
    if weight <= 0 or height <= 0:
        raise Failure(BAD_NUMBER)
    metres = Decimal(height) / 100
    return (Decimal(weight) / (metres * metres)).quantize(Decimal("0.1"))


def _bsa(weight: Any, height: Any) -> Decimal:
    # Mosteller: square metres of a body's surface
    if weight <= 0 or height <= 0:
        raise Failure(BAD_NUMBER)
    return fifteen(WIDE.sqrt(Decimal(weight) * height / 3600)).quantize(Decimal("0.01"))


def _teeth(chart: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    teeth = chart.get("teeth") if isinstance(chart, Mapping) else None
    for number, tooth in (teeth or {}).items() if isinstance(teeth, Mapping) else ():
        yield str(number), tooth if isinstance(tooth, Mapping) else {}


def tooth_codes(tooth: Mapping[str, Any]) -> set[str]:
    """Return all that is marked on a tooth: status, surface codes, plan, conditions, done."""
    found = {str(tooth["status"])} if tooth.get("status") else set()
    surfaces = tooth.get("surfaces")
    for codes in surfaces.values() if isinstance(surfaces, Mapping) else ():
        found |= {str(one) for one in codes} if isinstance(codes, list | tuple) else {str(codes)}
    for layer in ("plan", "conditions", "done"):
        codes = tooth.get(layer)
        found |= {str(one) for one in codes} if isinstance(codes, list | tuple) else set()
    return found


def _tooth_count(chart: Any, code: str | None = None) -> Decimal | None:
    if chart is None:
        return None
    return Decimal(sum(1 for _, tooth in _teeth(chart) if not code or code in tooth_codes(tooth)))


def _tooth_has(chart: Any, number: Any, code: str | None = None) -> bool:
    wanted = str(int(number)) if isinstance(number, Decimal | int) else str(number)
    return any(n == wanted and (not code or code in tooth_codes(tooth)) for n, tooth in _teeth(chart))


def _dmft(chart: Any) -> Decimal | None:
    if chart is None:
        return None
    # permanent teeth only, and each once: decayed, missing or filled
    bad = _DECAYED | _FILLED | _MISSING
    return Decimal(sum(1 for n, tooth in _teeth(chart) if n[:1] in "1234" and _found_codes(tooth) & bad))


def _found_codes(tooth: Mapping[str, Any]) -> set[str]:
    return tooth_codes({k: v for k, v in tooth.items() if k != "plan"})


def _quadrant(number: Any) -> str:
    tooth = int(number)
    area, place = divmod(tooth, 10)
    if area not in _QUADRANTS or not 1 <= place <= (8 if area <= 4 else 5):
        raise Failure(BAD_VALUE)
    return _QUADRANTS[area]


def _surface_count(chart: Any, code: str | None = None) -> Decimal | None:
    if chart is None:
        return None
    count = 0
    for _, tooth in _teeth(chart):
        surfaces = tooth.get("surfaces")
        for codes in surfaces.values() if isinstance(surfaces, Mapping) else ():
            marked = [str(one) for one in codes] if isinstance(codes, list | tuple) else [str(codes)]
            count += bool(marked) if not code else code in marked
    return Decimal(count)


def _point_list(chart: Any) -> list[Mapping[str, Any]]:
    points = chart.get("points") if isinstance(chart, Mapping) else chart
    return [one for one in points if isinstance(one, Mapping)] if isinstance(points, list | tuple) else []


def _needles(chart: Any) -> Decimal | None:
    if chart is None:
        return None
    both = {"LR", "B", "both", "双"}
    return Decimal(sum(2 if one.get("side") in both else 1 for one in _point_list(chart)))


@lru_cache(maxsize=1)
def acupoints() -> Mapping[str, tuple[str, str]]:
    """Return name and meridian of the 361 points and the 48 extra ones by code."""
    source = Path(__file__).parent.parent / "data" / "acupoints.csv"
    with source.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: (row["name_zh"], row["meridian_zh"]) for row in csv.DictReader(lines)}


def _point(at: int, code: str) -> str | None:
    cleaned = code.strip().upper()
    if not cleaned:
        return None
    found = acupoints().get(cleaned)
    if found is None:
        raise Failure(NOT_FOUND)
    return found[at]


def _units_used(chart: Any, product: str | None = None) -> Decimal | None:
    if chart is None:
        return None
    total = ZERO
    for one in _point_list(chart):
        amount = one.get("amount", one.get("units"))
        if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal | str):
            continue
        if not product or product in (one.get("product"), one.get("lot")):
            total += _amount(amount)
    return total


def _amount(raw: Any) -> Decimal:
    try:
        number = Decimal(str(raw))
    except ArithmeticError:
        raise Failure(BAD_NUMBER) from None
    if not number.is_finite() or abs(number) > 10**15:
        raise Failure(BAD_NUMBER)
    return number


def _pain_delta(before: Any, after: Any) -> Decimal:
    return Decimal(before) - Decimal(after)


def _score_band(score: Any, *pairs: Any) -> Any:
    if score is None:
        return None
    for limit, name in zip(pairs[::2], pairs[1::2], strict=False):
        if limit is not None and score <= limit:
            return name
    if len(pairs) % 2:
        return pairs[-1]
    raise Failure(NOT_FOUND)


def _sessions_left(total: Any, used: Any, refunded: Any = None) -> Decimal | None:
    if total is None:
        return None
    return Decimal(total) - Decimal(used or 0) - Decimal(refunded or 0)


def _postop_day(c: Any, surgery: Any, at: Any = None) -> Decimal | None:
    if surgery is None:
        return None
    return Decimal(((c.today if at is None else day_of(c, at)) - day_of(c, surgery)).days)


def _age_at(c: Any, birthday: Any, visit: Any) -> Decimal:
    born, then = day_of(c, birthday), day_of(c, visit)
    if then < born:
        raise Failure(BAD_DATE)
    return Decimal(years_old(born, then))


def _next_recall(c: Any, last: Any, count: Any, unit: str = "month") -> date:
    moved = shifted(c, day_of(c, last), count, unit or "month")
    if not isinstance(moved, date):
        raise Failure(BAD_VALUE)
    # a recall is not booked on a weekend: the next Monday instead
    return moved + timedelta(days=(7 - moved.weekday()) % 7) if moved.weekday() >= 5 else moved


def _slot_free(starts: Any, ends: Any, start: Any, end: Any) -> bool:
    if start is None or end is None:
        raise Failure(BAD_VALUE)
    pairs = zip(starts or (), ends or (), strict=False)
    return not any(s is not None and e is not None and s < end and start < e for s, e in pairs)


def _pg_quadrant(b: Builder, number: Any) -> Any:
    return case(*[(_pg_area(number) == area, name) for area, name in _QUADRANTS.items()])


def _pg_area(number: Any) -> Any:
    tooth = whole(number)
    area, place = func.div(tooth, 10), func.mod(tooth, 10)
    return case((and_(place >= 1, place <= case((area <= 4, 8), else_=5)), area))


def _pg_quadrant_fails(b: Builder, number: Any) -> Any:
    return and_(number.is_not(None), func.coalesce(_pg_area(number), 0).not_in(list(_QUADRANTS)))


def _pg_bmi(b: Builder, weight: Any, height: Any) -> Any:
    metres = func.nullif(height, 0) / 100
    return case(
        (and_(weight > 0, height > 0), func.round(rounded(func.round(weight, 60) / (metres * metres)), 1))
    )


def _pg_bsa(b: Builder, weight: Any, height: Any) -> Any:
    square = rounded(func.round(weight * height, 60) / 3600)
    root = b.let([func.sqrt(func.round(case((and_(weight > 0, height > 0), square)), 40))], sql_fifteen)
    return func.round(root, 2, type_=Numeric())


def _not_positive(b: Builder, weight: Any, height: Any) -> Any:
    return (weight <= 0) | (height <= 0)


def _fn(
    name: str, alias: str, zh: str, en: str, signature: str, example: str, result: Any, body: Any, **more: Any
) -> Function:
    return Function(name, alias, zh, en, signature, example, result, body, **more)


_J = "chart: json, code?: text -> number"

FUNCTIONS = (
    _fn("BMI", "体质指数", "由体重（千克）和身高（厘米）得体质指数，一位小数。", "Body mass index from kilograms and centimetres, one decimal.", "weight_kg: number, height_cm: number -> number", "BMI(60, 165)", 22, _bmi, pg=_pg_bmi, fails=_not_positive),
    _fn("BSA", "体表面积", "由体重和身高得体表面积（平方米），两位小数。", "Body surface in square metres from kilograms and centimetres, two decimals.", "weight_kg: number, height_cm: number -> number", "BSA(60, 165)", "1.66", _bsa, pg=_pg_bsa, fails=_not_positive),
    _fn("TOOTHCOUNT", "牙数", "牙位图里有记录（或有某个标记）的牙数。", "How many teeth of a chart are marked, or marked with a code.", _J, "TOOTHCOUNT({chart})", 2, _tooth_count, blank="pass"),
    _fn("TOOTHHAS", "某牙是否", "某颗牙是否有记录（或有某个标记）。", "Whether a tooth is marked, or marked with a code.", "chart: json, tooth: any, code?: text -> bool", 'TOOTHHAS({chart}, 36, "caries")', True, _tooth_has, blank="pass"),
    _fn("DMFT", "龋失补指数", "龋坏、缺失、充填的恒牙数。", "How many permanent teeth are decayed, missing or filled.", "chart: json -> number", "DMFT({chart})", 2, _dmft, blank="pass"),
    _fn("QUADRANT", "象限", "牙位（FDI）所在象限：UR、UL、LL、LR。", "The quadrant of a tooth by its FDI number: UR, UL, LL, LR.", "tooth: number -> text", "QUADRANT(36)", "LL", _quadrant, pg=_pg_quadrant, fails=_pg_quadrant_fails),
    _fn("SURFACECOUNT", "牙面数", "牙位图里有标记的牙面数。", "How many tooth surfaces are marked, or marked with a code.", _J, 'SURFACECOUNT({chart}, "caries")', 1, _surface_count, blank="pass"),
    _fn("POINTCOUNT", "针数", "经穴图的针数，双侧算两针。", "How many needles an acupoint chart takes; both sides count twice.", "points: json -> number", "POINTCOUNT({points})", 3, _needles, blank="pass"),
    _fn("POINTNAME", "穴名", "穴位代码对应的名称。", "The name of an acupuncture point.", "code: text -> text", 'POINTNAME("ST36")', "足三里", lambda code: _point(0, code)),
    _fn("MERIDIAN", "经络", "穴位代码所属经络。", "The meridian of an acupuncture point.", "code: text -> text", 'MERIDIAN("ST36")', "足阳明胃经", lambda code: _point(1, code)),
    _fn("UNITSUSED", "注射用量", "注射点位图的总用量，可只算某产品或批号。", "The amount an injection map uses, of one product or lot if told.", "chart: json, product?: text -> number", 'UNITSUSED({injections}, "p1")', 6, _units_used, blank="pass"),
    _fn("PAINDELTA", "疼痛改善", "治疗前减治疗后的疼痛分。", "The pain score before less the one after.", "before: number, after: number -> number", "PAINDELTA(7, 3)", 4, _pain_delta, pg=lambda b, x, y: x - y),
    _fn("SCOREBAND", "分数档", "分数落在哪一档：依次给出上限和名称，最后可写其余的名称。", "The band of a score: limits with names in turn, and one last name for all above.", "score: number, limit: number, band: text, limits?: number, bands?: text -> text", 'SCOREBAND(12, 4, "none", 9, "mild", 14, "moderate", "severe")', "moderate", _score_band, repeat=2, blank="pass"),
    _fn("SESSIONSLEFT", "剩余次数", "总次数减已用和已退。", "Sessions bought less used and refunded.", "total: number, used: number, refunded?: number -> number", "SESSIONSLEFT(10, 3)", 7, _sessions_left, blank="pass", pg=lambda b, t, u, r=None: t - func.coalesce(u, 0) - (func.coalesce(r, 0) if r is not None else 0)),
    _fn("NEXTRECALL", "下次复诊日", "上次日期之后若干单位（默认月）的复诊日，遇周末顺延到周一。", "The recall day so many units (months unless told) on; a weekend moves to Monday.", "last: moment, count: number, unit?: text -> date", 'NEXTRECALL("2026-03-07", 6)', "2026-09-07", _next_recall, needs_context=True, check=check_unit(2)),
    _fn("POSTOPDAY", "术后天数", "手术后第几天，默认到今天。", "Days since the operation, until today unless told.", "surgery: moment, at?: moment -> number", 'POSTOPDAY("2026-03-01", "2026-03-08")', 7, _postop_day, blank="pass", needs_context=True, is_volatile=True, clock="day", sql=_by_day("POSTOPDAY", NUMBER, lambda s, n: cast(n - s, Numeric()), days=2, today_at=1)),
    _fn("AGEATVISIT", "就诊年龄", "就诊时的周岁。", "Completed years of age at a visit.", "birthday: moment, visit: moment -> number", 'AGEATVISIT("2010-06-01", "2026-05-31")', 15, _age_at, needs_context=True, sql=_by_day("AGEATVISIT", NUMBER, lambda d, n: case((n >= d, pg_years(d, n))), days=2, fails=lambda d, n: n < d)),
    _fn("SLOTFREE", "时段是否空闲", "给出已占用的起止列表，看新的时段是否空闲。", "Whether a stretch of time is free of those taken.", "starts: list of datetime, ends: list of datetime, start: datetime, end: datetime -> bool", "SLOTFREE(LIST(DATETIME(2026,3,1,9)), LIST(DATETIME(2026,3,1,10)), DATETIME(2026,3,1,10), DATETIME(2026,3,1,11))", True, _slot_free, blank="pass"),
)  # fmt: skip
