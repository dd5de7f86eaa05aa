"""Problems and checks that many controls share: lengths, ranges, counts."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.problems import Code, Problem

TOO_SHORT = Code(
    "text.too_short",
    zh="至少填 {min} 个字，现在是 {length} 个",
    en="Write at least {min} characters; there are {length}",
    hint_zh="补全内容，或在表单设计器里调整“最少字数”",
    hint_en="Complete the text, or lower “Fewest characters” in the form designer",
)
TOO_LONG = Code(
    "text.too_long",
    zh="最多填 {max} 个字，现在是 {length} 个",
    en="Write at most {max} characters; there are {length}",
    hint_zh="删减内容，或在表单设计器里调整“最多字数”",
    hint_en="Shorten the text, or raise “Most characters” in the form designer",
)
TOO_SMALL = Code(
    "number.too_small",
    zh="不能小于 {min}",
    en="Must be at least {min}",
    hint_zh="请检查是否少输了数字",
    hint_en="Check whether a digit is missing",
)
TOO_LARGE = Code(
    "number.too_large",
    zh="不能大于 {max}",
    en="Must be at most {max}",
    hint_zh="请检查是否多输了数字",
    hint_en="Check whether there is a digit too many",
)
OFF_STEP = Code(
    "number.off_step",
    zh="须是 {step} 的倍数",
    en="Must go in steps of {step}",
    hint_zh="最接近的值是 {near}",
    hint_en="The nearest is {near}",
)
TOO_FEW = Code(
    "list.too_few",
    zh="至少选 {min} 项，现在是 {count} 项",
    en="Choose at least {min}; there are {count}",
    hint_zh="再选几项",
    hint_en="Choose some more",
)
TOO_MANY = Code(
    "list.too_many",
    zh="最多 {max} 项，现在是 {count} 项",
    en="At most {max} are allowed; there are {count}",
    hint_zh="去掉几项",
    hint_en="Take some away",
)
TWICE = Code(
    "list.twice",
    zh="“{item}”出现了两次",
    en="“{item}” is there twice",
    hint_zh="去掉重复的一项",
    hint_en="Take one of them away",
)
NOT_AN_OPTION = Code(
    "choice.not_an_option",
    zh="“{value}”不在选项里",
    en="“{value}” is not one of the options",
    hint_zh="请从列表中选择，或请管理员在设计器里添加该选项",
    hint_en="Pick from the list, or ask an administrator to add the option in the designer",
)
NOT_SHAPED = Code(
    "structured.wrong_shape",
    zh="“{what}”的数据格式不对",
    en="The data of “{what}” is not in the expected form",
    hint_zh="请用该控件填写，不要直接粘贴数据",
    hint_en="Fill it in with the control itself instead of pasting data",
)
UNKNOWN_PART = Code(
    "structured.unknown_part",
    zh="没有名为“{part}”的内容",
    en="There is no part called “{part}” here",
    hint_zh="可用的有：{allowed}",
    hint_en="Allowed here: {allowed}",
)


def number(raw: object) -> Decimal:
    """Return a setting or a JSON number as a Decimal, by its digits and not by its binary value."""
    return raw if isinstance(raw, Decimal) else Decimal(str(raw))


def length(value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with the length of a text, by `min_length` and `max_length`."""
    least, most = config.get("min_length", 0), config.get("max_length")
    if len(value) < least:
        yield TOO_SHORT.at(path, min=least, length=len(value))
    if most is not None and len(value) > most:
        yield TOO_LONG.at(path, max=most, length=len(value))


def within(value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with a number, by `min`, `max` and `step` (counted from `min`, or from 0)."""
    exact = number(value)
    least, most, step = config.get("min"), config.get("max"), config.get("step")
    if least is not None and exact < number(least):
        yield TOO_SMALL.at(path, min=least)
    if most is not None and exact > number(most):
        yield TOO_LARGE.at(path, max=most)
    if step:
        origin, pace = number(least or 0), number(step)
        off = (exact - origin) % pace
        if off:
            yield OFF_STEP.at(path, step=step, near=exact - off)


def count(
    values: Sequence[object], config: Mapping[str, Any], path: str, prefix: str = ""
) -> Iterator[Problem]:
    """Yield what is wrong with how many there are, by `min_<prefix>` and `max_<prefix>` (default: count)."""
    least, most = config.get(f"min_{prefix or 'count'}"), config.get(f"max_{prefix or 'count'}")
    if least is not None and len(values) < least:
        yield TOO_FEW.at(path, min=least, count=len(values))
    if most is not None and len(values) > most:
        yield TOO_MANY.at(path, max=most, count=len(values))


def twice(values: Sequence[Any], path: str) -> Iterator[Problem]:
    """Yield each value that is repeated, at its second place."""
    seen: set[Any] = set()
    for place, value in enumerate(values):
        if value in seen:
            yield TWICE.at(f"{path}/{place}", item=value)
        seen.add(value)


def bounds(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema keywords of `min` and `max` for a number."""
    names = {"min": "minimum", "max": "maximum"}
    return {names[name]: config[name] for name in names if config.get(name) is not None}
