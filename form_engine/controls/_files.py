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


def filing(count_default: int, size_mb: int, types: Sequence[str]) -> dict[str, Schema]:
    """Return the settings of files: most files, largest size, types by MIME pattern."""
    mime: Schema = {"type": "string", "pattern": r"^[a-z]+/[a-z0-9.+*-]+$"}
    return {
        "min_count": whole("最少几个", "Fewest", minimum=0, maximum=200),
        "max_count": whole("最多几个", "Most", minimum=1, maximum=200, default=count_default),
        "max_mb": whole("单个最大(MB)", "Largest, MB", minimum=1, maximum=2000, default=size_mb),
        "types": setting("类型", "Types", array(mime, minItems=1, maxItems=60) | {"default": list(types)}),
        "watermark": flag("查看时加水印", "Watermark when shown"),
    }


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
            if mime and not any(fnmatchcase(mime, pattern) for pattern in config["types"]):
                yield WRONG_TYPE.at(
                    f"{path}/{place}", name=name, mime=mime, allowed=", ".join(config["types"])
                )

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return array(FILE | {"additionalProperties": True}, maxItems=200)
