"""Location (定位): a point on the map."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import flag, setting, whole
from form_engine.controls._structured import unreadable

TOO_FAR = Code(
    "geopoint.too_far",
    zh="离指定位置 {distance} 米，最多 {max} 米",
    en="It is {distance} m away; at most {max} m are allowed",
    hint_zh="到现场后重新定位",
    hint_en="Go there and locate again",
)
POINT = closed(
    ("lng", "lat"),
    lng={"type": "number", "minimum": -180, "maximum": 180},
    lat={"type": "number", "minimum": -90, "maximum": 90},
)
EARTH_M = 6_371_000


def distance_m(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    """Return the distance of two points along the ground, in metres (haversine)."""
    lat_a, lat_b = math.radians(float(a["lat"])), math.radians(float(b["lat"]))
    half_lat = (lat_b - lat_a) / 2
    half_lng = math.radians(float(b["lng"]) - float(a["lng"])) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, chord)))


@dataclass(frozen=True)
class GeoPoint(Control):
    """`{"lng": …, "lat": …}` in degrees; the text form is `lng,lat`."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        centre, most = config.get("centre"), config.get("radius_m")
        if centre and most:
            away = distance_m(value, centre)
            if away > most:
                yield TOO_FAR.at(path, distance=round(away), max=most)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return f"{value['lng']},{value['lat']}"

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text).replace(" ", ",")
        parts = [part for part in bare.split(",") if part]
        if not parts:
            return None
        try:
            lng, lat = (float(part) for part in parts)
        except ValueError as wrong:
            raise unreadable(text, "120.15,30.28", path) from wrong
        return {"lng": lng, "lat": lat}

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return POINT


CONTROL = GeoPoint(
    kind="geopoint",
    zh="定位",
    en="Location",
    value_type="geo",
    group="place",
    operators="G",
    icon="environment",
    config_schema=closed(
        live=flag("只能实时定位", "Live position only"),
        centre=setting("中心点", "Centre", POINT),
        radius_m=whole("允许偏离(米)", "Allowed distance, m", minimum=1),
    ),
    sample={
        "config": {"centre": {"lng": 120.15, "lat": 30.28}, "radius_m": 500},
        "valid": [{"lng": 120.151, "lat": 30.281}],
        "invalid": [{"lng": 121, "lat": 30}, {"lng": 200, "lat": 0}, {"lng": 1}],
    },
)
