"""Geo (位置): a point on the earth, WGS 84 degrees."""

from typing import Any

from engine.problems import Rejected, pointer
from engine.value_type import Config
from engine.values._checks import OUT_OF_PLACE, UNKNOWN_PART, shown, wrong_type
from engine.values._json import JsonType
from engine.values._numbers import read_number


class GeoType(JsonType):
    kind = "geo"
    zh = "位置"
    en = "Place"

    def parse(self, raw: Any, config: Config, path: str) -> dict[str, float] | None:
        if raw is None or raw == "":
            return None
        if not isinstance(raw, dict) or not {"lng", "lat"} <= raw.keys():
            raise wrong_type("geo", path)
        for key in raw:
            if key not in ("lng", "lat"):
                raise Rejected(UNKNOWN_PART.at(path + pointer(key), given=shown(key), known="lng, lat"))
        # a place is a measurement, not an amount: seven decimals are a centimetre
        lng, lat = (round(float(read_number(raw[key], f"{path}/{key}")), 7) for key in ("lng", "lat"))
        if not (-180 <= lng <= 180 and -90 <= lat <= 90):
            raise Rejected(OUT_OF_PLACE.at(path))
        return {"lng": lng, "lat": lat}

    def to_text(self, value: Any, config: Config) -> str:
        return f"{value['lng']:.7f},{value['lat']:.7f}"

    def from_text(self, text: str, config: Config, path: str) -> dict[str, float] | None:
        if not text.strip():
            return None
        parts = text.replace("，", ",").split(",")
        if len(parts) != 2:
            raise wrong_type("geo", path)
        return self.parse({"lng": parts[0], "lat": parts[1]}, config, path)


VALUE_TYPE = GeoType()
