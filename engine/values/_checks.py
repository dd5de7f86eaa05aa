"""What every value type refuses, in words; and the plain checks they share."""

from typing import Any

from engine.problems import Code, Rejected

MOST_TEXT = 1_000_000
"""Characters of one text value."""
MOST_JSON = 1_000_000
"""Characters of all texts and nodes in one structured value, roughly."""
MOST_ITEMS = 1_000
"""Members of one list value."""
MOST_ID = 64

WRONG_TYPE = Code(
    "value.wrong_type",
    zh="这里应填{expected}",
    en="This should be {expected}",
    hint_zh="请改填为{expected}",
    hint_en="Enter {expected} instead",
)
NUL = Code(
    "value.nul",
    zh="文字里有看不见的空字符",
    en="The text holds an invisible null character",
    hint_zh="请重新输入，不要直接粘贴",
    hint_en="Type the text again instead of pasting it",
)
SURROGATE = Code(
    "value.broken_text",
    zh="文字里有残缺的字符",
    en="The text holds half a character",
    hint_zh="请重新输入这段文字",
    hint_en="Type the text again",
)
TOO_LONG = Code(
    "value.too_long",
    zh="内容太长：{size}，最多 {most}",
    en="Too long: {size}, at most {most}",
    hint_zh="请缩短内容，或改用附件",
    hint_en="Shorten it, or attach a file",
)
NOT_A_NUMBER = Code(
    "value.not_a_number",
    zh="“{given}”不是数字",
    en="“{given}” is not a number",
    hint_zh="请填写数字，例如 120 或 1.5",
    hint_en="Enter a number such as 120 or 1.5",
)
NOT_WHOLE = Code(
    "value.not_whole",
    zh="“{given}”不是整数",
    en="“{given}” is not a whole number",
    hint_zh="请去掉小数部分",
    hint_en="Leave out the decimals",
)
NUMBER_TOO_LARGE = Code(
    "value.number_too_large",
    zh="数字太大，绝对值须小于 {most}",
    en="The number is too large; it must be below {most}",
    hint_zh="请检查是否多输了几位",
    hint_en="Check for extra digits",
)
NOT_A_DATE = Code(
    "value.not_a_date",
    zh="“{given}”不是有效日期",
    en="“{given}” is not a date in the calendar",
    hint_zh="请按 2026-03-01 的样子填写",
    hint_en="Write it like 2026-03-01",
)
NOT_AN_INSTANT = Code(
    "value.not_a_datetime",
    zh="“{given}”不是有效的日期时间",
    en="“{given}” is not a date with time",
    hint_zh="请按 2026-03-01T09:00:00+08:00 的样子填写",
    hint_en="Write it like 2026-03-01T09:00:00+08:00",
)
NO_ZONE = Code(
    "value.no_zone",
    zh="“{given}”没有注明时区",
    en="“{given}” does not say its time zone",
    hint_zh="请在末尾加上时区，例如 +08:00",
    hint_en="Add the zone at the end, such as +08:00",
)
NOT_A_TIME = Code(
    "value.not_a_time",
    zh="“{given}”不是有效时间",
    en="“{given}” is not a time of day",
    hint_zh="请按 09:30 的样子填写",
    hint_en="Write it like 09:30",
)
NOT_AN_OPTION = Code(
    "value.not_an_option",
    zh="“{given}”不在可选项里",
    en="“{given}” is not one of the choices",
    hint_zh="可选：{options}",
    hint_en="Choose from: {options}",
)
TWICE = Code(
    "value.twice",
    zh="“{given}”出现了两次",
    en="“{given}” stands there twice",
    hint_zh="请去掉重复的一项",
    hint_en="Remove one of the two",
)
BACKWARDS = Code(
    "value.range_backwards",
    zh="开始（{start}）晚于结束（{end}）",
    en="The start ({start}) is after the end ({end})",
    hint_zh="请对调开始与结束",
    hint_en="Swap start and end",
)
OUT_OF_PLACE = Code(
    "value.off_the_map",
    zh="经度须在 -180 到 180 之间，纬度须在 -90 到 90 之间",
    en="Longitude must be within -180 to 180 and latitude within -90 to 90",
    hint_zh="经度在前，纬度在后，例如 120.15,30.28",
    hint_en="Longitude first, then latitude, such as 120.15,30.28",
)
TOO_DEEP = Code(
    "value.too_deep",
    zh="数据嵌套超过 {most} 层",
    en="The data is nested more than {most} levels deep",
    hint_zh="请简化数据的层次",
    hint_en="Make the data flatter",
)
UNKNOWN_PART = Code(
    "value.unknown_part",
    zh="这里没有“{given}”这一项",
    en="There is no part called “{given}” here",
    hint_zh="可用：{known}",
    hint_en="Known parts: {known}",
)

EXPECTED = {
    "text": {"zh": "文字", "en": "text"},
    "number": {"zh": "数字", "en": "a number"},
    "boolean": {"zh": "是或否", "en": "yes or no"},
    "date": {"zh": "日期（2026-03-01）", "en": "a date (2026-03-01)"},
    "datetime": {"zh": "日期时间", "en": "a date with time"},
    "time": {"zh": "时间（09:30）", "en": "a time (09:30)"},
    "range": {"zh": "起止范围 {from, to}", "en": "a range {from, to}"},
    "list": {"zh": "列表", "en": "a list"},
    "object": {"zh": "一组数据", "en": "an object"},
    "id": {"zh": "记录的编号", "en": "the id of a record"},
    "geo": {"zh": "位置（经度,纬度）", "en": "a place (longitude,latitude)"},
    "file": {"zh": "文件", "en": "a file"},
}


def wrong_type(expected: str, path: str) -> Rejected:
    """Return the refusal of a value of the wrong JSON type."""
    return Rejected(WRONG_TYPE.at(path, expected=EXPECTED[expected]))


def checked_text(raw: Any, path: str, most: int = MOST_TEXT, expected: str = "text") -> str:
    """Return `raw` as text that both databases can hold, or raise Rejected."""
    if not isinstance(raw, str):
        raise wrong_type(expected, path)
    if len(raw) > most:
        raise Rejected(TOO_LONG.at(path, size=len(raw), most=most))
    if "\x00" in raw:
        raise Rejected(NUL.at(path))
    if not raw.isascii():
        try:
            raw.encode()
        except UnicodeEncodeError:
            raise Rejected(SURROGATE.at(path)) from None
    return raw


def shown(raw: Any, most: int = 40) -> str:
    """Return `raw` short enough to stand in a sentence."""
    text = raw[: most + 1] if isinstance(raw, str) else repr(raw)[: most + 1]
    return text if len(text) <= most else text[:most] + "…"
