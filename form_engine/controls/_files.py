"""The base of the file controls: how many, how large, of which type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, array, closed
from form_engine.control import Control
from form_engine.controls._limits import count, twice
from form_engine.controls._settings import flag, setting, whole
from form_engine.controls._structured import shape_problems

TOO_LARGE = Code(
    "file.too_large",
    zh="“{name}”有 {size} MB，最多 {max} MB",
    en="“{name}” has {size} MB; at most {max} MB are allowed",
    hint_zh="压缩后再上传",
    hint_en="Compress it and upload it again",
)
WRONG_TYPE = Code(
    "file.wrong_type",
    zh="“{name}”的类型是 {mime}，这里不能上传",
    en="“{name}” is of type {mime}, which cannot be uploaded here",
    hint_zh="允许的类型：{allowed}",
    hint_en="Allowed: {allowed}",
)
TOO_SMALL = Code(
    "file.too_small",
    zh="“{name}”的短边只有 {px} 像素，至少要 {min} 像素",
    en="The shorter side of “{name}” has {px} px; at least {min} px are needed",
    hint_zh="请上传原图，不要用截图或缩略图",
    hint_en="Upload the original, not a screenshot or a thumbnail",
)
TOO_LONG = Code(
    "file.too_long",
    zh="“{name}”长 {seconds} 秒，最多 {max} 秒",
    en="“{name}” lasts {seconds} s; at most {max} s are allowed",
    hint_zh="剪短或分段后再上传",
    hint_en="Cut it, or upload it in parts",
)
FILE = closed(
    ("id",),
    id={"type": "string", "minLength": 1, "maxLength": 64},
    name={"type": ["string", "null"], "maxLength": 255},
    size={"type": ["integer", "null"], "minimum": 0},
    mime={"type": ["string", "null"], "maxLength": 120},
    seconds={"type": "number", "minimum": 0},
    width={"type": "integer", "minimum": 0},
    height={"type": "integer", "minimum": 0},
)
MB = 1_000_000
MOST_MB = 50
"""What the store takes at all."""


def filing(count_default: int, size_mb: int, types: Sequence[str]) -> dict[str, Schema]:
    """Return the settings of files: most files, largest size, types by MIME pattern."""
    mime: Schema = {"type": "string", "pattern": r"^[a-z]+/[a-z0-9.+*-]+$"}
    return {
        "min_count": whole("最少几个", "Fewest", minimum=0, maximum=200),
        "max_count": whole("最多几个", "Most", minimum=1, maximum=200, default=count_default),
        "max_mb": whole("单个最大(MB)", "Largest, MB", minimum=1, maximum=MOST_MB, default=size_mb),
        "types": setting("类型", "Types", array(mime, minItems=1, maxItems=60) | {"default": list(types)}),
    }


def watermark() -> Schema:
    """Return the setting that has pictures carry who looks at them; the server draws it."""
    return flag("查看图片时加水印", "Watermark pictures when shown")


@dataclass(frozen=True)
class Files(Control):
    """Files by id; the store has their true type from their content."""

    value_type: str | None = "files"
    group: str = "file"
    operators: str = "F"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(
        self, value: Sequence[Mapping[str, Any]], config: Mapping[str, Any], path: str
    ) -> Iterator[Problem]:
        wrong = list(shape_problems(value, self.json_schema(config), {"zh": self.zh, "en": self.en}, path))
        yield from wrong
        if not wrong:
            yield from self._problems(value, config, path)

    def _problems(
        self, value: Sequence[Mapping[str, Any]], config: Mapping[str, Any], path: str
    ) -> Iterator[Problem]:
        yield from count(value, config, path)
        yield from twice([one["id"] for one in value], path)
        for place, one in enumerate(value):
            name, mime, size = one.get("name") or one["id"], one.get("mime"), one.get("size") or 0
            if size > config["max_mb"] * MB:
                yield TOO_LARGE.at(
                    f"{path}/{place}", name=name, size=f"{size / MB:.1f}", max=config["max_mb"]
                )
            yield from _measures(one, name, config, f"{path}/{place}")
            if mime and not any(fnmatchcase(mime, pattern) for pattern in config["types"]):
                yield WRONG_TYPE.at(
                    f"{path}/{place}", name=name, mime=mime, allowed=", ".join(config["types"])
                )

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return array(FILE | {"additionalProperties": True}, maxItems=200)


def _measures(one: Mapping[str, Any], name: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the size of a picture and the length of a recording, as measured by the server."""
    sides = [side for side in (one.get("width"), one.get("height")) if side]
    if sides and min(sides) < (config.get("min_px") or 0):
        yield TOO_SMALL.at(path, name=name, px=min(sides), min=config["min_px"])
    seconds, most = one.get("seconds"), config.get("max_seconds")
    if seconds and most and seconds > most:
        yield TOO_LONG.at(path, name=name, seconds=round(seconds), max=most)
