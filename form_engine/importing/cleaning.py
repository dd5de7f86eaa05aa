"""Cleaning: what people type into cells, turned into what a form takes.

Each cleaner is a pure function `(cell, context) -> Cleaned`; a cell that cannot be read raises Rejected.
Cleaners know nothing of forms: which cleaner a column gets is decided in `columns`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

from engine.problems import Code, Rejected

BAD_DATE = Code(
    "import.bad_date",
    zh="“{value}”看不出是哪一天",
    en="“{value}” cannot be read as a date",
    hint_zh="可写成 2026-03-01、2026/3/1、2026年3月1日 或 3月1日",
    hint_en="Write 2026-03-01, 2026/3/1 or 1 March as 3月1日",
)
BAD_PHONE = Code(
    "import.bad_phone",
    zh="“{value}”不是有效的手机号",
    en="“{value}” is not a phone number",
    hint_zh="手机号是 11 位数字，以 1 开头；请核对后再导入这一行",
    hint_en="A mobile number has 11 digits and starts with 1; check it and import this row again",
)
BAD_AMOUNT = Code(
    "import.bad_amount",
    zh="“{value}”不是数字或金额",
    en="“{value}” is not a number or an amount",
    hint_zh="可写成 12000、12,000、¥12,000 或 1.2万",
    hint_en="Write 12000, 12,000 or ¥12,000",
)
BAD_YES_NO = Code(
    "import.bad_yes_no",
    zh="“{value}”看不出是“是”还是“否”",
    en="“{value}” is neither yes nor no",
    hint_zh="请写 是 或 否",
    hint_en="Write yes or no",
)


@dataclass(frozen=True, slots=True)
class Context:
    """What cleaning may know: the branch's day and time zone, and the Excel date system of the file."""

    today: date
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean value, and what else the cell told about the record (`{"phone2": …, "gender": …}`)."""

    value: Any
    aside: Mapping[str, Any] = field(default_factory=dict)


Cleaner = Callable[[Any, Context], Cleaned]

_BLANKS = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "null", "none", "nan", "n/a", "#n/a", "暂无", "空"}
)
_EPOCH = date(1899, 12, 30)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U0001f1e6-\U0001f1ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0000-\U000e007f]+"
)


def plain(cell: Any) -> str:
    """Return the cell as text: half-width, no odd spaces, `13800000000.0` as `13800000000`."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _plain_text(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
    return str(cell)


@lru_cache(maxsize=16384)
def _plain_text(cell: str) -> str:
    text = cell if cell.isascii() else normalize("NFKC", cell)
    return (
        " ".join(text.replace("\x00", "").split())
        if not _has_lines(text)
        else text.strip().replace("\x00", "")
    )


def _has_lines(text: str) -> bool:
    return "\n" in text or "\r" in text


def is_blank(cell: Any) -> bool:
    """Tell whether people mean nothing by this cell: empty, a dash, 无, N/A."""
    if cell is None:
        return True
    return isinstance(cell, str) and (not cell or (len(cell) <= 6 and cell.strip().lower() in _BLANKS))


def clean_text(cell: Any, _context: Context) -> Cleaned:
    """Return the text as typed, without odd spaces."""
    return Cleaned(plain(cell) or None)


def clean_name(cell: Any, _context: Context) -> Cleaned:
    """Return the name without emoji; 先生 and 女士 stay, and tell the gender."""
    name = " ".join(_EMOJI.sub("", plain(cell)).split())
    gender = next((word for ending, word in _TITLES if name.endswith(ending)), None)
    return Cleaned(name or None, {"gender": gender} if gender else {})


_TITLES = (
    ("先生", "男"), ("大叔", "男"), ("叔叔", "男"), ("大爷", "男"), ("女士", "女"), ("小姐", "女"), ("阿姨", "女"),
    ("太太", "女"), ("姐", "女"), ("奶奶", "女"),
)  # fmt: skip

_NOT_DIGITS = re.compile(r"[\s\-‐-―()·.,]+")
_PREFIX = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILE_INSIDE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(r"0\d{9,11}|\d{7,8}|[48]00\d{7}")
_SPLIT_PHONES = re.compile(r"[/、,;，；|\n]+|(?<=\d{11})\s+(?=\d{11})|或|和")


def clean_phone(cell: Any, _context: Context) -> Cleaned:
    """Return one mobile number of 11 digits; a second one goes aside as `phone2`.

    微信同号 in place of a number says: the WeChat id is the number, so the number is not in this cell.
    """
    text = plain(cell)
    if "微信" in text and not re.search(r"\d{7}", text):
        return Cleaned(None, {"same_as_wechat": True})
    found = []
    for part in _SPLIT_PHONES.split(text):
        digits = _PREFIX.sub("", _NOT_DIGITS.sub("", part).lstrip("'"))
        if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
            found.append(digits)
    if not found:
        # 电话:13800000000(微信同号) and the like: one whole number inside other words.
        inside = _MOBILE_INSIDE.findall(_NOT_DIGITS.sub("", text))
        if len(inside) != 1:
            raise Rejected(BAD_PHONE.at("", value=text))
        found = inside
    aside: dict[str, Any] = {"phone2": found[1]} if len(found) > 1 and found[1] != found[0] else {}
    if "微信同号" in text:
        aside["wechat"] = found[0]
    return Cleaned(found[0], aside)


_DATE = re.compile(
    r"(?:(?P<y>\d{4}|\d{2})\s*[-/.年]\s*)?(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
    r"(?:[T\s]*(?P<half>上午|下午|晚上?|AM|PM|am|pm)?\s*(?P<H>\d{1,2})[:点时](?P<M>\d{1,2})?分?(?::(?P<S>\d{1,2})(?:\.\d+)?)?)?"
    r"(?:\s*(?P<z>Z|[+-]\d{2}:?\d{2}))?"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")


def read_moment(cell: Any, context: Context) -> tuple[date, time | None]:
    """Return the local day and, when told, the time of day. A day without a year is the latest not after tomorrow."""
    if isinstance(cell, datetime):
        local = cell.astimezone(_zone(context.zone)) if cell.tzinfo else cell
        return local.date(), local.time().replace(microsecond=0) if local.time() != time() else None
    if isinstance(cell, date):
        return cell, None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _serial(float(cell), str(cell))
    text = plain(cell)
    if text[4:5] == "-" and _ISO.fullmatch(text):
        return _iso(text, context)
    if _SERIAL.fullmatch(text):
        return _serial(float(text), text)
    return _read_words(text, context)


def _iso(text: str, context: Context) -> tuple[date, time]:
    """Read what programs write: a whole moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Rejected(BAD_DATE.at("", value=text)) from None
    local = moment.astimezone(_zone(context.zone)) if moment.tzinfo else moment
    return local.date(), local.time()


def _serial(number: float, shown: str) -> tuple[date, time | None]:
    # Excel counts days from 1899-12-30; 15,000 to 80,000 is 1941 to 2119, anything else is a plain number.
    if 19_000_000 <= number <= 21_001_231 and number.is_integer():
        compact = _COMPACT.fullmatch(str(int(number)))
        if compact:
            return _day(int(compact[1]), int(compact[2]), int(compact[3]), shown), None
    if not 15_000 <= number <= 80_000:
        raise Rejected(BAD_DATE.at("", value=shown))
    days = int(number)
    seconds = round((number - days) * 86_400)
    return _EPOCH + timedelta(days=days), _time_of(min(seconds, 86_399)) if seconds else None


def _time_of(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _read_words(text: str, context: Context) -> tuple[date, time | None]:
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _day(int(compact[1]), int(compact[2]), int(compact[3]), text), None
    relative = _RELATIVE.get(text)
    if relative is not None:
        return context.today + timedelta(days=relative), None
    found = _DATE.fullmatch(text)
    if found is None:
        month = _MONTH.fullmatch(text)
        if month:
            return _day(int(month[1]), int(month[2]), 1, text), None
        raise Rejected(BAD_DATE.at("", value=text))
    year, month_no, day_no = found["y"], int(found["m"]), int(found["d"])
    if year is None:
        day = _day(context.today.year, month_no, day_no, text)
        if day > context.today + timedelta(days=1):
            day = _day(context.today.year - 1, month_no, day_no, text)
    else:
        day = _day(int(year) + (2000 if len(year) == 2 else 0), month_no, day_no, text)
    if found["H"] is None:
        return day, None
    return _local(day, found, text, context)


_RELATIVE = {"今天": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2}


def _local(day: date, found: "re.Match[str]", text: str, context: Context) -> tuple[date, time]:
    hour = int(found["H"])
    if found["half"] in ("下午", "晚", "晚上", "PM", "pm") and hour < 12:
        hour += 12
    try:
        clock = time(hour, int(found["M"] or 0), int(found["S"] or 0))
    except ValueError:
        raise Rejected(BAD_DATE.at("", value=text)) from None
    if found["z"]:
        moment = datetime.fromisoformat(f"{day}T{clock}{found['z'].replace('Z', '+00:00')}")
        local = moment.astimezone(_zone(context.zone))
        return local.date(), local.time()
    return day, clock


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Rejected(BAD_DATE.at("", value=text)) from None


def clean_date(cell: Any, context: Context) -> Cleaned:
    """Return the local day as ISO text."""
    return Cleaned(read_moment(cell, context)[0].isoformat())


def clean_datetime(cell: Any, context: Context) -> Cleaned:
    """Return the instant as ISO text with offset; a day alone means its first minute in the branch's zone."""
    day, clock = read_moment(cell, context)
    return Cleaned(datetime.combine(day, clock or time(), _zone(context.zone)).isoformat())


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


_AMOUNT = re.compile(r"(-?)(\d+(?:\.\d+)?|\.\d+)(万|千|百|亿|[wWkK])?(%)?")
_UNITS = {
    "万": 10_000,
    "w": 10_000,
    "W": 10_000,
    "千": 1_000,
    "k": 1_000,
    "K": 1_000,
    "百": 100,
    "亿": 100_000_000,
}


def read_amount(text: str) -> Decimal:
    """Return the number that a person writes: `1.2万`, `¥12,800`, `2w`, `3千`, `(500)` in books, `60%`."""
    bare = re.sub(r"[¥￥$,，'\s]|元整?|人民币|RMB|rmb|约|左右|大概|块钱?|每.$", "", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    found = _AMOUNT.fullmatch(bare)
    if found is None:
        raise Rejected(BAD_AMOUNT.at("", value=text))
    try:
        number = Decimal(found[2]) * _UNITS.get(found[3] or "", 1)
    except InvalidOperation:
        raise Rejected(BAD_AMOUNT.at("", value=text)) from None
    return (-number if found[1] else number) / (100 if found[4] else 1)


def clean_amount(cell: Any, _context: Context) -> Cleaned:
    """Return the number as plain decimal text."""
    if isinstance(cell, bool):
        raise Rejected(BAD_AMOUNT.at("", value=plain(cell)))
    return Cleaned(f"{read_amount(plain(cell)).normalize():f}")


def clean_integer(cell: Any, _context: Context) -> Cleaned:
    """Return a whole number: `35岁`, `1,200`, `3次`."""
    number = read_amount(re.sub(r"(?<=\d)[岁次个年天分针颗支]$", "", plain(cell)))
    if number != number.to_integral_value():
        raise Rejected(BAD_AMOUNT.at("", value=plain(cell)))
    return Cleaned(int(number))


_YES = frozenset({"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "t", "对", "已", "同意"})
_NO = frozenset({"否", "没有", "×", "✗", "✘", "x", "n", "no", "false", "0", "f", "不", "未", "不同意"})


def clean_yes_no(cell: Any, _context: Context) -> Cleaned:
    """Return true or false."""
    if isinstance(cell, bool):
        return Cleaned(cell)
    word = plain(cell).casefold()
    if word in _YES or word in _NO:
        return Cleaned(word in _YES)
    raise Rejected(BAD_YES_NO.at("", value=plain(cell)))


_GENDERS = {
    "男": "男", "男性": "男", "男士": "男", "先生": "男", "m": "男", "male": "男", "1": "男",
    "女": "女", "女性": "女", "女士": "女", "小姐": "女", "f": "女", "female": "女", "2": "女",
}  # fmt: skip


def clean_gender(cell: Any, _context: Context) -> Cleaned:
    """Return 男 or 女 for any usual word; others pass to the field's own options."""
    word = plain(cell)
    return Cleaned(_GENDERS.get(word.casefold(), word) or None)


_AGE = re.compile(r"(\d{1,3})\s*(?:岁|周岁|y|yrs?)?(?:左右|多)?")
_DECADE = re.compile(r"(\d{2})(?:年代)?后")


def read_age(text: str, today: date) -> int:
    """Return years: `35`, `35岁`, `90后` (the middle of the decade)."""
    decade = _DECADE.fullmatch(text)
    if decade:
        start = int(decade[1])
        born = (2000 if start <= today.year % 100 else 1900) + start + 5
        return max(today.year - born, 0)
    found = _AGE.fullmatch(text)
    if found is None or int(found[1]) > 130:
        raise Rejected(BAD_AMOUNT.at("", value=text))
    return int(found[1])


def clean_age(cell: Any, context: Context) -> Cleaned:
    """Return whole years as a number; the field's own bands take it from there."""
    return Cleaned(read_age(plain(cell), context.today))


_LIST = re.compile(r"[、,，;；/+|\n]+|\s{2,}|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def split_list(text: str) -> list[str]:
    """Return the parts of `种植牙、正畸 / 洗牙`, each once, in order."""
    return list(dict.fromkeys(part for part in (p.strip() for p in _LIST.split(text)) if part))


def clean_list(cell: Any, _context: Context) -> Cleaned:
    """Return the words of a list."""
    return Cleaned(split_list(plain(cell)))


_RANGE = re.compile(r"(.+?)\s*(?:-|~|—|–|至|到)\s*(.+)")


def read_budget(text: str) -> tuple[Decimal | None, Decimal | None]:
    """Return (at least, at most) in yuan: `2w-3w`, `1-3万`, `5000以内`, `3万以上`, `1万左右`; 不限 gives two Nones."""
    bare = text.replace(" ", "")
    if bare in ("不限", "无所谓", "随意", "看效果"):
        return None, None
    found = re.fullmatch(r"(.+?)(?:以内|以下|内)|(?:<|≤|不超过|最多)(.+)", bare)
    if found:
        return Decimal(0), read_amount(found[1] or found[2])
    found = re.fullmatch(r"(.+?)(?:以上|起|\+)|(?:>|≥|至少|超过)(.+)", bare)
    if found:
        return read_amount(found[1] or found[2]), None
    found = _RANGE.fullmatch(bare)
    if found:
        high_unit = re.search(r"[万千wWkK]", found[2])
        low = found[1] if not high_unit or re.search(r"[万千wWkK]", found[1]) else found[1] + high_unit[0]
        # 5000-1万: a low end in the thousands is yuan already, not 5000万.
        if high_unit and low != found[1] and read_amount(found[1]) >= 1000:
            low = found[1]
        return read_amount(low), read_amount(found[2])
    amount = read_amount(bare)
    return amount, amount


_NOTE = re.compile(
    r"(?:^|[;；\n])\s*(\d{1,2}[./月]\d{1,2}日?|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)\s*[:：]?\s*"
)


def split_notes(text: str, context: Context) -> list[tuple[date | None, str]]:
    """Return the dated notes of `3.5 电话 没接;3.6 加v`; a note without a day has None."""
    marks = list(_NOTE.finditer(text))
    if not marks:
        return [(None, text.strip())] if text.strip() else []
    notes: list[tuple[date | None, str]] = []
    if text[: marks[0].start()].strip():
        notes.append((None, text[: marks[0].start()].strip()))
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        words = text[mark.end() : after.start() if after else len(text)].strip(" ;；")
        try:
            day: date | None = read_moment(mark[1], context)[0]
        except Rejected:
            day, words = None, mark[0].strip(" ;；") + " " + words
        notes.append((day, words))
    return notes


CLEANERS: Mapping[str, Cleaner] = {
    "text": clean_text,
    "name": clean_name,
    "phone": clean_phone,
    "date": clean_date,
    "datetime": clean_datetime,
    "amount": clean_amount,
    "integer": clean_integer,
    "yes_no": clean_yes_no,
    "gender": clean_gender,
    "age": clean_age,
    "list": clean_list,
}
"""Cleaners by the name a definition uses in `import.fields.<key>.clean`."""
