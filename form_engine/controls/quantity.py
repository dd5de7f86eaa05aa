"""Quantity (数量+单位): a number with its unit."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import WORDS, Schema, array, closed
from form_engine.control import ItemColumn
from form_engine.controls._limits import number, within
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import setting, whole
from form_engine.controls._structured import Structured, unreadable

NO_SUCH_UNIT = Code(
    "quantity.no_such_unit",
    zh="没有单位“{unit}”",
    en="There is no unit “{unit}” here",
    hint_zh="可用单位：{allowed}",
    hint_en="Units allowed: {allowed}",
)
TEXT = re.compile(r"([+-]?\d[\d,]*(?:\.\d+)?)\s*(.*)")
UNIT = closed(
    ("unit",),
    unit={"type": "string", "minLength": 1, "maxLength": 20},
    label=WORDS,
    min={"type": "number"},
    max={"type": "number"},
    factor={"type": "number", "exclusiveMinimum": 0},
)


def _unit(config: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((unit for unit in config["units"] if unit["unit"] == name), None)


@dataclass(frozen=True)
class Quantity(Structured):
    """`{"value": "36.8", "unit": "Cel"}`; each unit has its own range and a factor to the first unit."""

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not isinstance(value, Mapping) or not isinstance(value.get("value"), int | float | str):
            return value
        try:
            exact = round(number(value["value"]), config["scale"])
        except ArithmeticError:
            return value
        return {**value, "value": format(exact, "f"), "unit": value.get("unit", config["units"][0]["unit"])}

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        unit = _unit(config, value["unit"])
        if unit is None:
            yield NO_SUCH_UNIT.at(f"{path}/unit", unit=value["unit"], allowed=_names(config))
        else:
            yield from within(value["value"], unit, f"{path}/value")

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        unit = _unit(config, value["unit"]) or {}
        exact = number(value["value"])
        yield (exact, value["unit"], exact * number(unit.get("factor", 1)))

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return f"{value['value']} {value['unit']}"

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text)
        if not bare:
            return None
        match = TEXT.fullmatch(bare)
        if match is None:
            raise unreadable(text, f"1 {config['units'][0]['unit']}", path)
        digits, unit = match.groups()
        return {"value": digits.replace(",", ""), "unit": _by_name(config, unit.strip())}

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        digits = {
            "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[+-]?\d{1,15}(\.\d{1,10})?$"}]
        }
        return closed(("value", "unit"), value=digits, unit={"type": "string", "maxLength": 20})


def _names(config: Mapping[str, Any]) -> str:
    return ", ".join(unit["unit"] for unit in config["units"])


def _by_name(config: Mapping[str, Any], text: str) -> str:
    if not text:
        return str(config["units"][0]["unit"])
    for unit in config["units"]:
        if text in (unit["unit"], *unit.get("label", {}).values()):
            return str(unit["unit"])
    return text


CONTROL = Quantity(
    kind="quantity",
    zh="数量与单位",
    en="Quantity",
    group="number",
    icon="gauge",
    item_columns=(
        ItemColumn("value", "decimal", {"zh": "数值", "en": "Value"}),
        ItemColumn("unit", "text", {"zh": "单位", "en": "Unit"}),
        ItemColumn("base", "decimal", {"zh": "折算值", "en": "In the first unit"}),
    ),
    config_schema=closed(
        ("units",),
        units=setting("单位", "Units", array(UNIT, minItems=1, maxItems=50)),
        scale=whole("小数位", "Decimal places", minimum=0, maximum=8, default=2),
    ),
    sample={
        "config": {"units": [{"unit": "Cel", "label": {"zh": "℃"}, "min": 30, "max": 45}], "scale": 1},
        "valid": [{"value": 36.8, "unit": "Cel"}],
        "invalid": [{"value": 50, "unit": "Cel"}, {"value": 36, "unit": "K"}, {"unit": "Cel"}, 36],
    },
)
