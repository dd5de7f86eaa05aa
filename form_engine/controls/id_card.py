"""Identity document (证件): resident card, passport, permit or insurance number."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, array, closed, one_of
from form_engine.controls._id_cards import birth_date, check_digit, is_shaped, sex
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import key_of, setting
from form_engine.controls._text import Line

WRONG_SHAPE = Code(
    "id_card.wrong_shape",
    zh="“{value}”不是有效的{what}号码",
    en="“{value}” is not a valid {what} number",
    hint_zh="身份证号为 17 位数字加 1 位数字或 X",
    hint_en="Resident card numbers are 17 digits and a digit or X",
)
WRONG_CHECK = Code(
    "id_card.wrong_check_digit",
    zh="身份证号的最后一位不对，可能有一位输错了",
    en="The last place of the card number does not fit; one of the digits may be mistyped",
    hint_zh="请对照证件逐位核对",
    hint_en="Compare it digit by digit with the card",
)
NO_SUCH_DAY = Code(
    "id_card.no_such_day",
    zh="身份证号里的出生日期 {day} 不存在",
    en="The birth date {day} in the card number does not exist",
    hint_zh="请核对第 7 至 14 位",
    hint_en="Check places 7 to 14",
)
NAMES: Mapping[str, Mapping[str, str]] = {
    "CN18": {"zh": "身份证", "en": "resident card"},
    "PASSPORT": {"zh": "护照", "en": "passport"},
    "HKMO": {"zh": "港澳居民来往内地通行证", "en": "Hong Kong and Macao permit"},
    "TW": {"zh": "台湾居民来往大陆通行证", "en": "Taiwan permit"},
    "INSURANCE": {"zh": "医保卡", "en": "insurance card"},
    "OTHER": {"zh": "其他证件", "en": "other document"},
}
SHAPES: Mapping[str, re.Pattern[str]] = {
    "PASSPORT": re.compile(r"[A-Z0-9]{5,17}"),
    "HKMO": re.compile(r"[HM]\d{8}(\d{2})?"),
    "TW": re.compile(r"\d{8}(\d{2})?"),
    "INSURANCE": re.compile(r"[A-Z0-9]{6,24}"),
    "OTHER": re.compile(r"[A-Z0-9\-/]{3,40}"),
}


def parted(value: str) -> tuple[str, str]:
    """Return document type and number; a value without a type is a resident card."""
    kind, colon, number = value.partition(":")
    return (kind, number) if colon else ("CN18", value)


@dataclass(frozen=True)
class IdCard(Line):
    """A document number. Kept as the bare 18 places for resident cards, else as `PASSPORT:E12345678`."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        kind, number = parted(re.sub(r"\s", "", narrowed(value)).upper())
        if not number:
            return None
        return number if kind == "CN18" else f"{kind}:{number}"

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        kind, number = parted(value)
        what = NAMES.get(kind, NAMES["OTHER"])
        if kind not in config["types"]:
            yield WRONG_SHAPE.at(path, value=value, what=what)
        elif kind != "CN18":
            if not SHAPES[kind].fullmatch(number):
                yield WRONG_SHAPE.at(path, value=number, what=what)
        elif not is_shaped(number):
            yield WRONG_SHAPE.at(path, value=number, what=what)
        else:
            if birth_date(number) is None:
                yield NO_SUCH_DAY.at(path, day=number[6:14])
            if check_digit(number[:17]) != number[17]:
                yield WRONG_CHECK.at(path)

    def fills(self, value: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
        kind, number = parted(value)
        born = birth_date(number) if kind == "CN18" and is_shaped(number) else None
        if born is None:
            return {}
        told = {config.get("birth_field"): born, config.get("sex_field"): sex(number)}
        return {key: told[key] for key in told if key}

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 200}


CONTROL = IdCard(
    kind="id_card",
    zh="证件号",
    en="Identity document",
    group="identity",
    icon="idcard",
    config_schema=closed(
        types=setting(
            "证件种类",
            "Documents",
            array(one_of(*NAMES), minItems=1, uniqueItems=True) | {"default": ["CN18"]},
        ),
        birth_field=key_of("自动填出生日期到", "Fill birth date into", "field"),
        sex_field=key_of("自动填性别到", "Fill sex into", "field"),
    ),
    sample={
        "config": {"types": ["CN18", "PASSPORT"]},
        "valid": ["11010519491231002X", "11010519491231002x", "PASSPORT:E12345678"],
        "invalid": ["110105194912310021", "110105194913310025", "1101051949", "TW:12345678"],
    },
)
