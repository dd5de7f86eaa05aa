"""Phone (电话): a land line with area code and extension, or a mobile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.controls._phones import FOREIGN, LANDLINE, MOBILE, landline
from form_engine.controls._settings import flag
from form_engine.controls._text import Line

NOT_A_PHONE = Code(
    "phone.not_a_phone",
    zh="“{value}”不是有效的电话号码",
    en="“{value}” is not a phone number",
    hint_zh="座机写成 区号-号码-分机，例如 0571-88888888-123；手机写 11 位数字",
    hint_en="Write land lines as area-number-extension, e.g. 0571-88888888-123; mobiles as 11 digits",
)


@dataclass(frozen=True)
class Phone(Line):
    """A land line `0571-88888888-123`, a service number or a mobile."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return landline(value) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        is_known = LANDLINE.match(value) or FOREIGN.match(value)
        if not is_known and not (config["mobile"] and MOBILE.match(value)):
            yield NOT_A_PHONE.at(path, value=value)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 100}


CONTROL = Phone(
    kind="phone",
    zh="电话",
    en="Phone",
    group="identity",
    icon="phone",
    config_schema=closed(
        mobile=flag("也可填手机号", "Mobiles too", True), call=flag("点击拨号", "Click to call", True)
    ),
    sample={
        "config": {},
        "valid": ["0571-88888888", "(0571) 8888 8888", "021-61234567-802", "400-820-8820", "13800138000"],
        "invalid": ["123", "call me", "0571-1"],
    },
)
