"""Numbers given in sequence: the pattern language and the control on it.

A pattern mixes text with `{YYYY} {YY} {MM} {DD}` (of the branch's day), `{BRANCH}`, `{SEQ:5}` (counter, padded),
`{RAND:4}`, `{CHECK}` (modulo 10 over the digits before it) and `{field:key}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema
from form_engine.controls._settings import flag, line, pick
from form_engine.controls._text import Line

NOT_A_NUMBER = Code(
    "auto_number.not_a_number",
    zh="“{value}”不能作为编号",
    en="“{value}” cannot be a number of this kind",
    hint_zh="编号不含空格，最多 60 个字符；留空则自动生成",
    hint_en="No spaces, at most 60 characters; leave it empty to have one given",
)
PLACE = r"\{(YYYY|YY|MM|DD|BRANCH|CHECK|SEQ(:\d{1,2})?|RAND(:\d{1,2})?|field:[a-z][a-z0-9_]{0,62})\}"
PATTERN = rf"^([^{{}}\s]|{PLACE})+$"
KEPT = re.compile(r"\S{1,60}")

NUMBERING: dict[str, Schema] = {
    "pattern": line("编号规则", "Pattern", pattern=PATTERN, maxLength=100, default="{YY}{MM}-{SEQ:5}"),
    "reset": pick("重新计数", "Start again every", "never", "year", "month", "day", default="never"),
    "per_branch": flag("各院分别计数", "Count by branch"),
    "gapless": flag("不留空号", "No gaps"),
}


@dataclass(frozen=True)
class AutoNumber(Line):
    """A number that the store gives when a record is made; import may bring its own."""

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if not KEPT.fullmatch(value):
            yield NOT_A_NUMBER.at(path, value=value)
