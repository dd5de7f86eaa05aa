"""What a person decided about an import: sheet, header row, map, policy. Read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.text import nearest

WRONG = Code("import.wrong_setting", zh="导入设置“{key}”不对：应为{expected}", en="The import setting “{key}” is not right: {expected} is expected",
             hint_zh="返回上一步重新选择", hint_en="Go back a step and choose again")  # fmt: skip
NO_TARGET = Code("import.no_target", zh="“{key}”不能作为导入的目标", en="“{key}” cannot be imported into",
                 hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
TWICE = Code("import.mapped_twice", zh="两列都对应到了“{key}”", en="Two columns feed “{key}”",
             hint_zh="每个字段只对应一列", hint_en="Let one column feed each field")  # fmt: skip
NOTHING_MAPPED = Code("import.nothing_mapped", zh="没有任何列对应到字段", en="No column feeds any field",
                      hint_zh="至少为一列选择字段", hint_en="Choose a field for at least one column")  # fmt: skip

POLICIES = ("skip", "fill", "overwrite", "touch")


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """`map`: column index → target key. `policy`: what to do with a row whose record exists already:
    skip it, fill blank fields, overwrite fields, or only note a touch. `match`: groups of fields that find it.
    `defaults`: JSON values for fields that no column feeds."""

    map: Mapping[int, str]
    sheet: str | None = None
    header_row: int | None = 0
    policy: str = "skip"
    match: tuple[tuple[str, ...], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "map": {str(index): key for index, key in self.map.items()},
            "sheet": self.sheet,
            "header_row": self.header_row,
            "policy": self.policy,
            "match": [list(group) for group in self.match],
            "defaults": dict(self.defaults),
        }


def read_settings(
    given: Any, targets: Mapping[str, Any], match: tuple[tuple[str, ...], ...]
) -> ImportSettings:
    """Return the settings; `targets` are the keys that may be fed, `match` the form's own way to find records."""
    if not isinstance(given, Mapping):
        raise Rejected(WRONG.at("", key="body", expected={"zh": "一个对象", "en": "an object"}))
    problems = list(_wrong(given, targets))
    if problems:
        raise Rejected(problems)
    mapped = {int(index): key for index, key in given["map"].items() if key}
    chosen = tuple(tuple(group) for group in given.get("match") or match)
    fed = set(mapped.values()) | set(given.get("defaults") or {})
    return ImportSettings(
        map=mapped,
        sheet=given.get("sheet"),
        header_row=given.get("header_row", 0),
        policy=given.get("policy", "skip"),
        match=tuple(group for group in chosen if set(group) <= fed),
        defaults=dict(given.get("defaults") or {}),
    )


def _wrong(given: Mapping[str, Any], targets: Mapping[str, Any]) -> Iterator[Problem]:
    mapped = given.get("map")
    if not isinstance(mapped, Mapping):
        yield WRONG.at(
            "/map", key="map", expected={"zh": "列号到字段的对应", "en": "columns with their fields"}
        )
        return
    seen: set[str] = set()
    for index, key in mapped.items():
        if not str(index).isdigit() or len(str(index)) > 4:
            yield WRONG.at(f"/map/{index}", key="map", expected={"zh": "列号", "en": "a column number"})
        elif key and (not isinstance(key, str) or key not in targets):
            close = ", ".join(nearest(str(key), targets)) or "–"
            yield NO_TARGET.at(f"/map/{index}", key=str(key)[:60], nearest=close)
        elif key and key in seen:
            yield TWICE.at(f"/map/{index}", key=key)
        elif key:
            seen.add(key)
    if not seen:
        yield NOTHING_MAPPED.at("/map")
    yield from _wrong_rest(given, targets)


def _wrong_rest(given: Mapping[str, Any], targets: Mapping[str, Any]) -> Iterator[Problem]:
    row = given.get("header_row", 0)
    if row is not None and (not isinstance(row, int) or isinstance(row, bool) or not 0 <= row < 1000):
        yield WRONG.at(
            "/header_row",
            key="header_row",
            expected={"zh": "行号（从 0 数）或空", "en": "a row counted from 0, or null"},
        )
    if given.get("policy", "skip") not in POLICIES:
        yield WRONG.at(
            "/policy", key="policy", expected={"zh": "、".join(POLICIES), "en": ", ".join(POLICIES)}
        )
    sheet = given.get("sheet")
    if sheet is not None and not isinstance(sheet, str):
        yield WRONG.at("/sheet", key="sheet", expected={"zh": "工作表的名称", "en": "the name of a sheet"})
    match = given.get("match")
    if match is not None and not (
        isinstance(match, list)
        and all(
            isinstance(group, list)
            and group
            and all(isinstance(key, str) and key in targets for key in group)
            for group in match
        )
    ):
        yield WRONG.at(
            "/match", key="match", expected={"zh": "字段组的列表", "en": "a list of groups of fields"}
        )
    defaults = given.get("defaults")
    if defaults is not None and not (
        isinstance(defaults, Mapping) and all(key in targets for key in defaults)
    ):
        yield WRONG.at(
            "/defaults", key="defaults", expected={"zh": "字段的默认值", "en": "defaults by field"}
        )
