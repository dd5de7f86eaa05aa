"""Name (姓名): a person's name, found by characters, pinyin and initials."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._text import Line, lengths

HAS_DIGITS = Code(
    "person_name.has_digits",
    zh="姓名里有数字：{value}",
    en="The name contains digits: {value}",
    hint_zh="电话、编号请填到各自的字段",
    hint_en="Put phone numbers and codes into their own fields",
)
HAN_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class PersonName(Line):
    """A name; full-width letters are narrowed, gaps between Han characters closed, `•` written as `·`."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        narrow = unicodedata.normalize("NFKC", value).replace("•", "·").replace("‧", "·")
        return HAN_GAP.sub("", " ".join(narrow.split())) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from super().check(value, config, path)
        if sum(c.isdigit() for c in value) >= 4:
            yield HAS_DIGITS.at(path, value=value)


CONTROL = PersonName(
    kind="person_name",
    zh="姓名",
    en="Name",
    group="identity",
    icon="user",
    config_schema=closed(**lengths(50, 1)),
    sample={
        "config": {},
        "valid": ["张三", "Anna-Maria O'Neill", "阿依古丽·买买提"],
        "invalid": ["张三13800138000", "长" * 51],
    },
)
