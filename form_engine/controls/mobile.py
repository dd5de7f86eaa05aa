"""Mobile (手机号): a mobile number, kept without separators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.controls._phones import FOREIGN, MOBILE, mobile
from form_engine.controls._settings import flag
from form_engine.controls._text import Line

NOT_A_MOBILE = Code(
    "mobile.not_a_mobile",
    zh="“{value}”不是有效的手机号",
    en="“{value}” is not a mobile number",
    hint_zh="中国大陆手机号是 1 开头的 11 位数字；境外号码请以 + 和国家代码开头",
    hint_en="Chinese mobile numbers have 11 digits and start with 1; write others with + and the country code",
)


@dataclass(frozen=True)
class Mobile(Line):
    """A mobile number: 11 digits, or `+` and the country code where foreign numbers are allowed."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return mobile(value) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if not MOBILE.match(value) and not (config["foreign"] and FOREIGN.match(value)):
            yield NOT_A_MOBILE.at(path, value=value)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 100}


CONTROL = Mobile(
    kind="mobile",
    zh="手机号",
    en="Mobile",
    group="identity",
    icon="mobile",
    config_schema=closed(
        foreign=flag("允许境外号码", "Allow foreign numbers", True),
        call=flag("点击拨号", "Click to call", True),
    ),
    sample={
        "config": {},
        "valid": ["13800138000", "+86 138-0013-8000", "１３８００１３８０００", "+85291234567"],
        "invalid": ["12345", "1380013800", "张三"],
    },
)
