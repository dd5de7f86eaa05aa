"""Colour (颜色): `#rrggbb`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import array, closed
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import COLOR_PATTERN, setting
from form_engine.controls._text import Pattern


@dataclass(frozen=True)
class Color(Pattern):
    """A colour in six hexadecimal places."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        bare = narrowed(value).casefold()
        if len(bare) == 4 and bare.startswith("#"):
            bare = "#" + "".join(c * 2 for c in bare[1:])
        return bare or None


CONTROL = Color(
    kind="color",
    zh="颜色",
    en="Colour",
    group="choice",
    icon="bg-colors",
    operators="S",
    config_schema=closed(
        presets=setting("常用色", "Presets", array({"type": "string", "pattern": COLOR_PATTERN}, maxItems=40))
    ),
    rule="#[0-9a-f]{6}",
    said_zh="# 加六位十六进制数",
    said_en="# and six hexadecimal digits",
    example="#13a8a8",
    sample={"config": {}, "valid": ["#13A8A8", "#fff"], "invalid": ["red", "#12345", "#gggggg"]},
)
