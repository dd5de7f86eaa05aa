"""Address (地址): province, city, district by code, and the rest as text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import ItemColumn
from form_engine.controls._addresses import read, written_out
from form_engine.controls._divisions import divisions, line_of
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import flag, whole
from form_engine.controls._structured import Structured, unreadable

NO_SUCH_PLACE = Code(
    "address.no_such_place",
    zh="没有代码为 {code} 的省市区",
    en="There is no division with the code {code}",
    hint_zh="请从列表中选择",
    hint_en="Choose it from the list",
)
NOT_DEEP_ENOUGH = Code(
    "address.not_deep_enough",
    zh="请选到{level}",
    en="Choose down to the {level}",
    hint_zh="“{name}”下面还有选项",
    hint_en="There are divisions below “{name}”",
)
LEVELS = ({"zh": "省", "en": "province"}, {"zh": "市", "en": "city"}, {"zh": "区县", "en": "district"})


@dataclass(frozen=True)
class Address(Structured):
    """`{"code": "330106", "detail": "…"}`; the text form is `浙江省/杭州市/西湖区 …`."""

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if isinstance(value, str):
            return read(value)
        if not isinstance(value, Mapping) or not isinstance(value.get("detail", ""), str):
            return value
        kept = {k: v for k, v in value.items() if k != "detail"}
        # As free text is read, so that writing it out and reading it back changes nothing.
        detail = " ".join(narrowed(value.get("detail", "")).split())
        if detail:
            kept["detail"] = detail
        return kept or None

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        code = value.get("code")
        if code is None:
            return
        line = line_of(code)
        if not line:
            yield NO_SUCH_PLACE.at(f"{path}/code", code=code)
        elif config["min_level"] > len(line) and any(d.parent == code for d in divisions().values()):
            level = LEVELS[config["min_level"] - 1]
            yield NOT_DEEP_ENOUGH.at(f"{path}/code", level=level, name=line[-1].name)

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        names = [division.name for division in line_of(value.get("code", ""))]
        province, city, district = (names + [None] * 3)[:3]
        yield (value.get("code"), province, city, district)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return written_out(value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        if not text.strip():
            return None
        found = read(text)
        if found is None:
            raise unreadable(text, "浙江省/杭州市/西湖区 文三路 1 号", path)
        return found

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        code: Schema = {"type": "string", "pattern": r"^\d{2}(\d{2}(\d{2})?)?$"}
        place = closed(code=code, detail={"type": "string", "maxLength": 300}) | {"minProperties": 1}
        return {"anyOf": [place, {"type": "string", "maxLength": 300}]}


CONTROL = Address(
    kind="address",
    zh="地址",
    en="Address",
    group="place",
    icon="home",
    operators="L",
    item_columns=(
        ItemColumn("code", "text", {"zh": "代码", "en": "Code"}),
        ItemColumn("province", "text", {"zh": "省", "en": "Province"}),
        ItemColumn("city", "text", {"zh": "市", "en": "City"}),
        ItemColumn("district", "text", {"zh": "区县", "en": "District"}),
    ),
    config_schema=closed(
        level=whole("选到第几级", "Levels offered", minimum=1, maximum=3, default=3),
        min_level=whole("至少选到第几级", "Levels needed", minimum=1, maximum=3, default=1),
        detail=flag("填写详细地址", "With street and number", True),
    ),
    sample={
        "config": {"min_level": 3},
        "valid": [{"code": "330106", "detail": "文三路 1 号"}, {"code": "330106"}],
        "invalid": [{"code": "999999"}, {"code": "33"}, {"code": "hangzhou"}, {"street": "x"}, 7],
    },
)
