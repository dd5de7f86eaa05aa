"""Body map (部位图): zones of the body with what is found there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, array, closed
from form_engine.control import ItemColumn
from form_engine.controls._body import ZONES
from form_engine.controls._limits import twice
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import OPTION, flag, many, pick
from form_engine.controls._structured import Structured, unreadable

NO_SUCH_ZONE = Code(
    "body_map.no_such_zone",
    zh="没有部位“{zone}”",
    en="There is no zone “{zone}”",
    hint_zh="请在图上点选",
    hint_en="Choose it on the picture",
)
NO_SUCH_CODE = Code(
    "body_map.no_such_code",
    zh="“{code}”不在部位图的代码表里",
    en="“{code}” is not one of the map's codes",
    hint_zh="可用：{allowed}",
    hint_en="Allowed: {allowed}",
)
CODES = (
    {"key": "pain", "label": {"zh": "疼痛", "en": "Pain"}, "color": "red"},
    {"key": "numb", "label": {"zh": "麻木", "en": "Numbness"}, "color": "blue"},
    {"key": "swelling", "label": {"zh": "肿胀", "en": "Swelling"}, "color": "orange"},
    {"key": "limited", "label": {"zh": "活动受限", "en": "Limited movement"}, "color": "purple"},
    {"key": "skin", "label": {"zh": "皮肤改变", "en": "Skin change"}, "color": "gold"},
    {"key": "treated", "label": {"zh": "治疗部位", "en": "Treated"}, "color": "green"},
)
AREA = closed(
    ("zone", "code"),
    zone={"type": "string", "maxLength": 40},
    code={"type": "string", "maxLength": 64},
    level={"type": "integer", "minimum": 0, "maximum": 10},
    note={"type": "string", "maxLength": 200},
)
MAP: Schema = closed(("areas",), areas=array(AREA, maxItems=200))
PART = re.compile(r"\s*([^=:;]+?)\s*[=:]\s*([^=:;@()]+?)\s*(?:@\s*(\d+))?\s*(?:\((.*)\))?\s*")


@dataclass(frozen=True)
class BodyMap(Structured):
    """`{"areas": [{"zone": "back_lumbar", "code": "pain", "level": 6}]}`; the text form is `back_lumbar=pain@6`."""

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("areas"), list | tuple):
            return value
        areas = [_tidy(area) for area in value["areas"]]
        return {**value, "areas": areas} if areas else None

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        areas: Sequence[Mapping[str, Any]] = value["areas"]
        allowed = [code["key"] for code in config["codes"]]
        for place, area in enumerate(areas):
            if area["zone"] not in ZONES:
                yield NO_SUCH_ZONE.at(f"{path}/areas/{place}/zone", zone=area["zone"])
            if area["code"] not in allowed:
                yield NO_SUCH_CODE.at(
                    f"{path}/areas/{place}/code", code=area["code"], allowed=", ".join(allowed)
                )
        yield from twice([f"{area['zone']}={area['code']}" for area in areas], f"{path}/areas")

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        for area in value["areas"]:
            yield (area["zone"], area["code"], area.get("level"))

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return "; ".join(_written(area) for area in value["areas"])

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        zones = {name: key for key, (_, zh, en) in ZONES.items() for name in (key, zh, en.casefold())}
        codes = {
            name.casefold(): code["key"]
            for code in config["codes"]
            for name in (code["key"], *code["label"].values())
        }
        areas = []
        for part in (piece for piece in text.replace("；", ";").split(";") if piece.strip()):
            match = PART.fullmatch(part)
            if match is None:
                raise unreadable(part.strip(), "back_lumbar=pain@6", path)
            zone, code = narrowed(match[1]), narrowed(match[2])
            area: dict[str, Any] = {
                "zone": zones.get(zone.casefold(), zone),
                "code": codes.get(code.casefold(), code),
            }
            if match[3]:
                area["level"] = int(match[3])
            if match[4]:
                area["note"] = match[4]
            areas.append(area)
        return {"areas": areas} if areas else None

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return MAP


def _tidy(area: Any) -> Any:
    if not isinstance(area, Mapping) or not isinstance(area.get("note"), str):
        return area
    note = narrowed(area["note"].replace(";", "；").replace("\n", " "))
    rest = {key: item for key, item in area.items() if key != "note"}
    return {**rest, "note": note} if note else rest


def _written(area: Mapping[str, Any]) -> str:
    level = f"@{area['level']}" if area.get("level") is not None else ""
    note = f"({area['note'].replace(';', '；')})" if area.get("note") else ""
    return f"{area['zone']}={area['code']}{level}{note}"


CONTROL = BodyMap(
    kind="body_map",
    zh="部位图",
    en="Body map",
    group="clinic",
    icon="man",
    item_columns=(
        ItemColumn("zone", "text", {"zh": "部位", "en": "Zone"}),
        ItemColumn("code", "text", {"zh": "代码", "en": "Code"}),
        ItemColumn("level", "integer", {"zh": "程度", "en": "Level"}),
    ),
    config_schema=closed(
        figure=pick("体型", "Figure", "adult", "child", default="adult"),
        codes=many("代码", "Codes", OPTION, minItems=1, maxItems=30) | {"default": list(CODES)},
        levels=flag("记录程度 0–10", "With levels 0 to 10", True),
    ),
    sample={
        "config": {},
        "valid": [{"areas": [{"zone": "back_lumbar", "code": "pain", "level": 6, "note": "夜间重"}]}],
        "invalid": [
            {"areas": [{"zone": "wing", "code": "pain"}]},
            {"areas": [{"zone": "back_lumbar", "code": "magic"}]},
            {"areas": [{"zone": "back_lumbar", "code": "pain"}, {"zone": "back_lumbar", "code": "pain"}]},
            {"areas": [{"zone": "back_lumbar"}]},
            [],
        ],
    },
)
