"""Perio chart (牙周检查): six sites a tooth, with depth, recession, bleeding and plaque."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import ItemColumn
from form_engine.controls._perio import SITES, sites, summary
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import flag, whole
from form_engine.controls._structured import Structured, unreadable
from form_engine.controls._teeth import chart_order, teeth

NO_SUCH_TOOTH = Code(
    "perio_chart.no_such_tooth",
    zh="牙周检查里没有牙位 {tooth}",
    en="There is no tooth {tooth} in a perio chart",
    hint_zh="只填恒牙 11–18、21–28、31–38、41–48",
    hint_en="Only permanent teeth 11-18 to 41-48 are charted",
)
NOT_THERE = Code(
    "perio_chart.not_there",
    zh="牙位 {tooth} 标为缺失，不能有探诊数据",
    en="Tooth {tooth} is marked missing; it cannot have measurements",
    hint_zh="取消“缺失”，或清除数据",
    hint_en="Take “missing” off, or clear its figures",
)
NO_FURCATION = Code(
    "perio_chart.no_furcation",
    zh="牙位 {tooth} 没有 {site} 侧根分叉",
    en="Tooth {tooth} has no furcation on its {site} side",
    hint_zh="上颌磨牙 B/M/D，下颌磨牙 B/L，上颌第一前磨牙 M/D",
    hint_en="Upper molars B/M/D, lower molars B/L, upper first premolars M/D",
)
DEPTHS: Schema = {"type": ["integer", "null"], "minimum": 0, "maximum": 15}
MARGINS: Schema = {"type": ["integer", "null"], "minimum": -5, "maximum": 15}
MARKS: Schema = {"enum": [0, 1, True, False, None]}


def _six(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 6, "maxItems": 6}


GRADE: Schema = {"type": "integer", "minimum": 0, "maximum": 4}
TOOTH = closed(
    pd=_six(DEPTHS),
    rec=_six(MARGINS),
    bop=_six(MARKS),
    plaque=_six(MARKS),
    mobility={"type": "integer", "minimum": 0, "maximum": 3},
    furcation=closed(B=GRADE, L=GRADE, M=GRADE, D=GRADE),
    implant={"type": "boolean"},
    missing={"type": "boolean"},
    note={"type": "string", "maxLength": 200, "pattern": "^[^\\n]*$"},
)
CHART: Schema = closed(
    ("teeth",),
    teeth={"type": "object", "additionalProperties": TOOTH, "maxProperties": 32},
    summary={"type": "object"},
)
EMPTY: Mapping[str, Any] = {"mobility": 0, "implant": False, "missing": False, "note": ""}
LINE = re.compile(r"\s*(\d\d)\s*:\s*(.*)")
ARRAYS = ("pd", "rec", "bop", "plaque")
EXAMPLE = "16: pd=3 2 3 3 2 3; rec=0 0 0 0 0 0; bop=1 0 0 0 0 0; mobility=1; furcation=B1"


def furcations(fdi: str) -> str:
    """Return the sides on which the roots of a tooth part."""
    is_upper, place = fdi[0] in "12", int(fdi[1])
    if place >= 6:
        return "BMD" if is_upper else "BL"
    return "MD" if is_upper and place == 4 else ""


@dataclass(frozen=True)
class PerioChart(Structured):
    """`{"teeth": {"16": {"pd": [3, 2, 3, 3, 2, 3], …}}, "summary": {…}}`.

    Arrays have the sites MB B DB ML L DL; null is not measured. The summary is worked out again at every save.
    """

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("teeth"), Mapping):
            return value
        kept = {fdi: _tidy(tooth) for fdi, tooth in value["teeth"].items()}
        chart = {"teeth": {fdi: kept[fdi] for fdi in sorted(kept) if kept[fdi] != {}}}
        extra = {key: item for key, item in value.items() if key not in ("teeth", "summary")}
        if not chart["teeth"] and not extra:
            return None
        try:
            return {**chart, **extra, "summary": summary(chart)}
        except (TypeError, ValueError, AttributeError):
            return {**chart, **extra}

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        for fdi, tooth in value["teeth"].items():
            at = f"{path}/teeth/{fdi}"
            known = teeth().get(fdi)
            if known is None or known.is_primary:
                yield NO_SUCH_TOOTH.at(at, tooth=fdi)
                continue
            if tooth.get("missing") and set(tooth) - {"missing", "note"}:
                yield NOT_THERE.at(at, tooth=fdi)
            for side in tooth.get("furcation", {}):
                if side not in furcations(fdi):
                    yield NO_FURCATION.at(f"{at}/furcation/{side}", tooth=fdi, site=side)

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        for site in sites(value):
            yield (site.tooth, site.site, site.pd, site.rec, site.cal, site.bop, site.plaque)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return "\n".join(_line(fdi, value["teeth"][fdi]) for fdi in sorted(value["teeth"], key=chart_order))

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        rows = [row for row in text.splitlines() if row.strip()]
        if not rows:
            return None
        chart: dict[str, Any] = {"teeth": {}}
        for row in rows:
            match = LINE.fullmatch(row)
            tooth = _read(match[2]) if match else None
            if match is None or tooth is None:
                raise unreadable(row, EXAMPLE, path)
            chart["teeth"][match[1]] = tooth
        return self.normalise(chart, config)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return CHART


def _tidy(tooth: Any) -> Any:
    if not isinstance(tooth, Mapping):
        return tooth
    tidied = {name: _tidy_part(name, part) for name, part in tooth.items()}
    return {name: part for name, part in tidied.items() if not _says_nothing(name, part)}


def _says_nothing(name: str, part: Any) -> bool:
    # Only blanks of the right type are dropped: a wrong one must come to light in the check.
    if name not in TOOTH["properties"]:
        return False
    empty = EMPTY.get(name, {})
    return type(part) is type(empty) and part == empty


def _tidy_part(name: str, part: Any) -> Any:
    """Return a part of a tooth as it is kept; `{}` for six sites that were not looked at."""
    if name in ARRAYS and isinstance(part, list | tuple):
        marks = [int(mark) if isinstance(mark, bool) else mark for mark in part]
        return {} if len(marks) == len(SITES) and all(mark is None for mark in marks) else marks
    if name == "furcation" and isinstance(part, Mapping):
        return {side: grade for side, grade in sorted(part.items()) if grade}
    if name == "note" and isinstance(part, str):
        return " ".join(part.replace(";", "；").split())
    return part


def _line(fdi: str, tooth: Mapping[str, Any]) -> str:
    parts = [
        f"{name}={' '.join('-' if mark is None else str(mark) for mark in tooth[name])}"
        for name in ARRAYS
        if name in tooth
    ]
    if tooth.get("mobility"):
        parts.append(f"mobility={tooth['mobility']}")
    if tooth.get("furcation"):
        parts.append(
            "furcation=" + " ".join(f"{side}{grade}" for side, grade in sorted(tooth["furcation"].items()))
        )
    parts += [name for name in ("implant", "missing") if tooth.get(name)]
    if tooth.get("note"):
        parts.append(f"note={tooth['note']}")
    return f"{fdi}: " + "; ".join(parts)


def _read(text: str) -> dict[str, Any] | None:
    tooth: dict[str, Any] = {}
    for part in (piece.strip() for piece in text.split(";")):
        name, _, given = part.partition("=")
        if name == "note":
            tooth["note"] = given.strip()
        elif name in ("implant", "missing"):
            tooth[name] = True
        elif part and not _read_figures(tooth, name.strip(), narrowed(given).split()):
            return None
    return tooth


def _read_figures(tooth: dict[str, Any], name: str, figures: list[str]) -> bool:
    if name == "furcation":
        tooth[name] = {
            figure[:1].upper(): int(figure[1:])
            for figure in figures
            if re.fullmatch("[BLMDblmd][0-4]", figure)
        }
        return len(tooth[name]) == len(figures)
    if not all(re.fullmatch(r"-|-?\d{1,2}", figure) for figure in figures):
        return False
    marks = [None if figure == "-" else int(figure) for figure in figures]
    if name == "mobility" and len(marks) == 1:
        tooth[name] = marks[0]
        return True
    tooth[name] = marks
    return name in ARRAYS and len(marks) == len(SITES)


CONTROL = PerioChart(
    kind="perio_chart",
    zh="牙周检查表",
    en="Perio chart",
    group="clinic",
    icon="line-chart",
    item_columns=(
        ItemColumn("tooth", "text", {"zh": "牙位", "en": "Tooth"}),
        ItemColumn("site", "text", {"zh": "位点", "en": "Site"}),
        ItemColumn("pd", "integer", {"zh": "探诊深度", "en": "Depth"}),
        ItemColumn("rec", "integer", {"zh": "龈缘", "en": "Recession"}),
        ItemColumn("cal", "integer", {"zh": "附着丧失", "en": "Attachment loss"}),
        ItemColumn("bop", "boolean", {"zh": "出血", "en": "Bleeding"}),
        ItemColumn("plaque", "boolean", {"zh": "菌斑", "en": "Plaque"}),
    ),
    config_schema=closed(
        plaque=flag("记录菌斑", "Record plaque", True),
        furcation=flag("记录根分叉", "Record furcations", True),
        warn_mm=whole("标红深度(mm)", "Mark depths from, mm", minimum=3, maximum=10, default=4),
    ),
    sample={
        "config": {},
        "valid": [
            {
                "teeth": {
                    "16": {
                        "pd": [3, 2, 6, 3, None, 3],
                        "rec": [0, 0, 1, -1, 0, 0],
                        "bop": [1, 0, 1, 0, 0, 0],
                    },
                    "36": {"pd": [4, 4, 4, 4, 4, 4], "furcation": {"B": 1}, "mobility": 1},
                    "18": {"missing": True},
                }
            }
        ],
        "invalid": [
            {"teeth": {"55": {"mobility": 1}}},
            {"teeth": {"16": {"pd": [16, 0, 0, 0, 0, 0]}}},
            {"teeth": {"16": {"pd": [1, 2]}}},
            {"teeth": {"11": {"furcation": {"B": 1}}}},
            {"teeth": {"18": {"missing": True, "mobility": 1}}},
            [],
        ],
    },
)
