"""Vital signs (生命体征): blood pressure, pulse, temperature, oxygen, breathing, weight and height, with BMI."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed, one_of
from form_engine.control import ItemColumn
from form_engine.controls._limits import number
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import key_of, many
from form_engine.controls._structured import Structured, unreadable

OUT_OF_RANGE = Code(
    "vitals.out_of_range",
    zh="{what}须在 {min} 到 {max} {unit}之间",
    en="{what} must be between {min} and {max} {unit}",
    hint_zh="请重新测量或核对单位",
    hint_en="Measure again or check the unit",
)
CROSSED = Code(
    "vitals.diastolic_not_below",
    zh="舒张压 {low} 应低于收缩压 {high}",
    en="The diastolic pressure {low} must be below the systolic pressure {high}",
    hint_zh="两个数可能填反了",
    hint_en="The two may have been swapped",
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A vital sign: hard range (refused outside) and its unit."""

    key: str
    zh: str
    en: str
    unit: str
    least: float
    most: float


SIGNS = {
    sign.key: sign
    for sign in (
        Sign("bp_sys", "收缩压", "Systolic", "mmHg", 40, 300),
        Sign("bp_dia", "舒张压", "Diastolic", "mmHg", 20, 200),
        Sign("hr", "心率", "Pulse", "/min", 20, 300),
        Sign("temp", "体温", "Temperature", "℃", 25, 45),
        Sign("spo2", "血氧", "SpO₂", "%", 30, 100),
        Sign("resp", "呼吸", "Breathing", "/min", 4, 80),
        Sign("glucose", "血糖", "Glucose", "mmol/L", 0.5, 60),
        Sign("weight", "体重", "Weight", "kg", 0.3, 400),
        Sign("height", "身高", "Height", "cm", 20, 260),
    )
}
ORDER = (*SIGNS, "bmi")
PAIR = re.compile(r"\s*([a-z0-9_]+|[\u4e00-\u9fff]+)\s*[=:]\s*(\d+(?:\.\d+)?)\s*")
BP = re.compile(r"\s*(?:bp|血压)?\s*[=:]?\s*(\d{2,3})\s*/\s*(\d{2,3})\s*")


def bmi(weight_kg: Any, height_cm: Any) -> float:
    """Return the body mass index in kg/m², to one place."""
    height = number(height_cm) / 100
    return float((number(weight_kg) / (height * height)).quantize(Decimal("0.1"), ROUND_HALF_UP))


@dataclass(frozen=True)
class Vitals(Structured):
    """`{"bp_sys": 120, "bp_dia": 80, "hr": 72, …}`; BMI is worked out."""

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping):
            return value
        kept = {
            key: item
            for key, item in value.items()
            if key != "bmi" and (item is not None or key not in SIGNS)
        }
        weight, height = kept.get("weight"), kept.get("height")
        if _is_number(weight) and _is_number(height) and height and height >= SIGNS["height"].least:
            kept["bmi"] = bmi(weight, height)
        ordered = {key: kept[key] for key in ORDER if key in kept}
        return {**ordered, **{key: item for key, item in kept.items() if key not in ordered}} or None

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        for key, measured in value.items():
            sign = SIGNS.get(key)
            if sign and not sign.least <= measured <= sign.most:
                words = {"zh": sign.zh, "en": sign.en}
                yield OUT_OF_RANGE.at(
                    f"{path}/{key}", what=words, min=sign.least, max=sign.most, unit=sign.unit
                )
        low, high = value.get("bp_dia"), value.get("bp_sys")
        if low is not None and high is not None and low >= high:
            yield CROSSED.at(f"{path}/bp_dia", low=low, high=high)

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        yield tuple(None if value.get(key) is None else number(value[key]) for key in ORDER)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return "; ".join(f"{key}={value[key]}" for key in ORDER if key in value and key != "bmi")

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        names = {
            word: sign.key for sign in SIGNS.values() for word in (sign.key, sign.zh, sign.en.casefold())
        }
        found: dict[str, Any] = {}
        for part in re.split(r"[;；,，\n]", narrowed(text).casefold()):
            pressure, pair = BP.fullmatch(part), PAIR.fullmatch(part)
            if pressure:
                found |= {"bp_sys": int(pressure[1]), "bp_dia": int(pressure[2])}
            elif pair and pair[1] in names:
                found[names[pair[1]]] = float(pair[2]) if "." in pair[2] else int(pair[2])
            elif part.strip():
                raise unreadable(text, "bp_sys=120; bp_dia=80; hr=72", path)
        return self.normalise(found, config)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return closed(**{key: {"type": ["number", "null"]} for key in ORDER})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


CONTROL = Vitals(
    kind="vitals",
    zh="生命体征",
    en="Vital signs",
    group="clinic",
    icon="heart",
    item_columns=(
        *(ItemColumn(sign.key, "decimal", {"zh": sign.zh, "en": sign.en}) for sign in SIGNS.values()),
        ItemColumn("bmi", "decimal", {"zh": "体质指数", "en": "BMI"}),
    ),
    config_schema=closed(
        born=key_of(
            "出生日期字段（按年龄判断是否偏离）", "Birth date field: what is usual hangs on the age", "field"
        ),
        parts=many("项目", "Signs", one_of(*SIGNS), minItems=1, uniqueItems=True)
        | {"default": ["bp_sys", "bp_dia", "hr", "temp", "spo2", "weight", "height"]},
    ),
    sample={
        "config": {},
        "valid": [
            {"bp_sys": 120, "bp_dia": 80, "hr": 72, "temp": 36.6, "spo2": 98, "weight": 60, "height": 165}
        ],
        "invalid": [{"bp_sys": 80, "bp_dia": 120}, {"temp": 50}, {"mood": 1}, {"hr": "fast"}, 7],
    },
)
