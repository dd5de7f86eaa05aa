"""Text (文本): a blank counts as "", positions start at 1, letters count as characters of Unicode."""

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import re2
from sqlalchemy import Text, and_, case, func, literal, or_

from engine.expressions.formats import format_value
from engine.expressions.function import Function
from engine.expressions.functions._read import MOST_ITEMS, count_of, filled, sized
from engine.expressions.functions._sql import whole
from engine.expressions.moments import text_of
from engine.expressions.operators import caseless
from engine.expressions.problems import BAD_NUMBER, BAD_PATTERN, BAD_VALUE, NOT_FOUND, TOO_LARGE, Failure
from engine.expressions.sql_builder import Builder
from engine.expressions.sql_parts import Refused, Sql
from engine.expressions.types import TEXT
from engine.ids import new_id
from engine.text import initials, pinyin

_SMALL_LETTERS = {upper: upper - 32 for upper in range(97, 123)}


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(_SMALL_LETTERS)


def _joined(*values: Any) -> str:
    return sized("".join(filled(values)))


def _join_with(separator: str | None, skip_blank: Any, *values: Any) -> str:
    parts: list[str] = []
    for value in values:
        for one in value if isinstance(value, list | tuple) else (value,):
            if one is not None and one != "":
                parts.append(one)
            elif not skip_blank:
                parts.append("")
    return sized((separator or "").join(parts))


def _left(text: str, count: Any = 1) -> str:
    return text[: count_of(count)]


def _right(text: str, count: Any = 1) -> str:
    wanted = count_of(count)
    return text[max(0, len(text) - wanted) :]


def _mid(text: str, start: Any, count: Any) -> str:
    first = count_of(start, least=1)
    return text[first - 1 : first - 1 + count_of(count)]


def _find(wanted: str, text: str, start: Any = 1) -> Decimal:
    first = count_of(start, least=1)
    at = text.find(wanted, first - 1)
    if at < 0 or first > len(text) + 1:
        raise Failure(NOT_FOUND)
    return Decimal(at + 1)


def _search(wanted: str, text: str, start: Any = 1) -> Decimal:
    return _find(caseless(wanted), caseless(text), start)


def _substitute(text: str, old: str, new: str, which: Any = None) -> str:
    if not old:
        return text
    if which is None:
        return (
            sized(text.replace(old, new)) if len(text) // len(old) * len(new) <= 10_000_000 else _too_large()
        )
    wanted, at = count_of(which, least=1), -1
    for _ in range(wanted):
        at = text.find(old, at + 1 if at < 0 else at + len(old))
        if at < 0:
            return text
    return sized(text[:at] + new + text[at + len(old) :])


def _too_large() -> str:
    raise Failure(TOO_LARGE)


def _replace(text: str, start: Any, count: Any, new: str) -> str:
    first = count_of(start, least=1)
    return sized(text[: first - 1] + new + text[first - 1 + count_of(count) :])


def _proper(text: str) -> str:
    shown, inside = [], False
    for char in text:
        shown.append(_lower_char(char) if inside else _upper(char))
        inside = char.isalpha()
    return "".join(shown)


def _lower_char(char: str) -> str:
    return caseless(char)


def _trim(text: str) -> str:
    return " ".join(part for part in text.replace("\u3000", " ").split(" ") if part)


def _clean(text: str) -> str:
    return "".join(char for char in text if ord(char) >= 32 and ord(char) != 127)


def _repeat(text: str, count: Any) -> str:
    times = count_of(count)
    if len(text) * times > 65_536:
        raise Failure(TOO_LARGE)
    return text * times


def _value(text: str) -> Decimal | None:
    cleaned = unicodedata.normalize("NFKC", text).strip()
    for mark in "¥$€,":
        cleaned = cleaned.replace(mark, "")
    if not cleaned:
        return None
    percent = cleaned.endswith("%")
    body = cleaned[:-1] if percent else cleaned
    if len(body) > 60 or not re2.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", body):
        raise Failure(BAD_NUMBER)
    try:
        number = Decimal(body) / 100 if percent else +Decimal(body)
    except InvalidOperation:
        raise Failure(BAD_NUMBER) from None
    return number


def _char(code: Any) -> str:
    number = int(code)
    if not 1 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise Failure(BAD_VALUE)
    return chr(number)


def _code(text: str) -> Decimal:
    if not text:
        raise Failure(BAD_VALUE)
    return Decimal(ord(text[0]))


def _split(text: str, separator: str) -> list[str]:
    if not text:
        return []
    parts = text.split(separator) if separator else list(text)
    if len(parts) > MOST_ITEMS:
        raise Failure(TOO_LARGE)
    return parts


def _padded(left: bool) -> Callable[[str, Any, str], str]:
    def pad(text: str, length: Any, fill: str = " ") -> str:
        missing = count_of(length) - len(text)
        if missing <= 0 or not fill:
            return text
        filler = (fill * (missing // len(fill) + 1))[:missing]
        return filler + text if left else text + filler

    return pad


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """Return a compiled pattern of RE2, which takes time in proportion to the text only. Raise Failure."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    if len(text) > 1000:
        raise Failure(BAD_PATTERN)
    try:
        return re2.compile(text, options)
    except re2.error:
        raise Failure(BAD_PATTERN) from None


def _check_pattern(call: Any) -> Any:
    part = call.args[1]
    if part.kind == "lit" and part.value:
        try:
            pattern(part.value)
        except Failure:
            yield BAD_PATTERN, part.position, {"given": part.value}


def _regex_match(text: str, expression: str) -> bool:
    return pattern(expression).search(text) is not None


def _regex_extract(text: str, expression: str) -> str | None:
    found = pattern(expression).search(text)
    if found is None:
        return None
    return str(found.group(1) or "") if found.re.groups else str(found.group())


def _regex_replace(text: str, expression: str, new: str) -> str:
    compiled = pattern(expression)
    parts, at, size = [], 0, 0
    for found in compiled.finditer(text):
        parts += [text[at : found.start()], new]
        at = found.end()
        size += len(new)
        if size > 65_536:
            raise Failure(TOO_LARGE)
    return sized("".join([*parts, text[at:]]))


def mask(text: str, head: Any = 3, tail: Any = 4) -> str:
    """Return the text with all but its first and last characters hidden."""
    first, last = count_of(head), count_of(tail)
    if first + last >= len(text):
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


_DIGITS, _UNITS, _GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")


def rmb(amount: Any) -> str:
    """Return the amount in the formal Chinese figures of cheques: 120.5 gives 壹佰贰拾元伍角整."""
    if abs(amount) >= 10**16:
        raise Failure(TOO_LARGE)
    cents = int((abs(Decimal(amount)) * 100).quantize(Decimal(1)))
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = _whole_words(yuan) + "元" if yuan else ""
    if not rest:
        words = (words or "零元") + "整"
    else:
        words += (_DIGITS[jiao] + "角") if jiao else ("零" if yuan else "")
        words += (_DIGITS[fen] + "分") if fen else "整"
    return ("负" if amount < 0 and cents else "") + words


def _whole_words(number: int) -> str:
    words, gap = "", False
    groups = [(number // 10_000**at) % 10_000 for at in range(4)]
    for at in range(3, -1, -1):
        group = groups[at]
        if not group:
            gap = gap or bool(words)
            # 亿 stands even where only groups above it count
            if at == 2 and groups[3]:
                words += "亿"
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group_words(group) + ("万" if at in (1, 3) else "亿" if at == 2 else "")
        gap = False
    return words


def _group_words(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + _DIGITS[digit] + _UNITS[place]
            gap = False
        else:
            gap = True
    return words


def _half_width(text: str) -> str:
    return "".join(
        chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else " " if c == "\u3000" else c for c in text
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(c: Any, value: Any, form: str | None = None) -> str | None:
    if value is None:
        return None
    return format_value(value, form, c.zone) if form else text_of(value, c.zone)


# SQL (PostgreSQL)


def _lower(value: Any) -> Any:
    return func.lower(value.collate("C"))


def _pg_position(fold: Callable[[Any], Any]) -> Callable[..., Any]:
    def build(b: Builder, wanted: Any, text: Any, start: Any = None) -> Any:
        first = whole(start) if start is not None else literal(1)
        rest = func.substr(fold(text), func.greatest(first, 1))
        at = func.strpos(rest, fold(wanted))
        return case((and_(at > 0, first >= 1, first <= func.length(text) + 1), at + first - 1))

    return build


def _pg_position_fails(fold: Callable[[Any], Any]) -> Callable[..., Any]:
    build = _pg_position(fold)

    def fails(b: Builder, wanted: Any, text: Any, start: Any = None) -> Any:
        missing = build(b, wanted, text, start).is_(None)
        return missing if start is None else and_(start.is_not(None), missing)

    return fails


def _same(value: Any) -> Any:
    return value


def _pg_left(b: Builder, text: Any, count: Any = None) -> Any:
    return (
        func.left(text, whole(count) if count is not None else 1)
        if count is None
        else case((count > -1, func.left(text, whole(func.abs(count)))))
    )


def _pg_right(b: Builder, text: Any, count: Any = None) -> Any:
    return (
        func.right(text, 1) if count is None else case((count > -1, func.right(text, whole(func.abs(count)))))
    )


def _pg_mid(b: Builder, text: Any, start: Any, count: Any) -> Any:
    fine = and_(start >= 1, count > -1)
    return case((fine, func.substr(text, func.greatest(whole(start), 1), whole(func.abs(count)))))


def _negative(b: Builder, text: Any, count: Any = None, *more: Any) -> Any:
    return None if count is None else count <= -1


def _sql_substitute(b: Builder, args: Sequence[Sql]) -> Sql:
    if len(args) > 3:
        raise Refused("SUBSTITUTE")
    texts = [func.coalesce(one.expr, "") for one in args]
    # replacing "" changes nothing in either database
    return Sql(func.replace(*texts, type_=Text()), TEXT, nullable=False, size=sum(a.size for a in args) + 1)


def _pg_trim(b: Builder, text: Any) -> Any:
    return func.btrim(func.regexp_replace(func.translate(text, "\u3000", " "), " +", " ", "g"), " ")


def _pg_repeat(b: Builder, text: Any, count: Any) -> Any:
    fine = and_(count > -1, func.length(text) * func.trunc(count) <= 65_536)
    return case((fine, func.repeat(text, whole(count))))


def _pg_pad(way: str) -> Callable[..., Any]:
    def build(b: Builder, text: Any, length: Any, fill: Any = None) -> Any:
        size = func.least(whole(length), 65_536)
        filler = literal(" ") if fill is None else fill
        fine = and_(size > func.length(text), filler != "")
        return case((length <= -1, None), (fine, getattr(func, way)(text, size, filler)), else_=text)

    return build


def _pg_mask(b: Builder, text: Any, head: Any = None, tail: Any = None) -> Any:
    first = whole(head) if head is not None else literal(3)
    last = whole(tail) if tail is not None else literal(4)
    hidden = func.greatest(func.length(text) - first - last, 0)
    shown = func.left(text, first).concat(func.repeat("*", hidden)).concat(func.right(text, last))
    bad = or_(first < 0, last < 0)
    return case(
        (bad, None), (first + last >= func.length(text), func.repeat("*", func.length(text))), else_=shown
    )


def _pg_mask_fails(b: Builder, text: Any, head: Any = None, tail: Any = None) -> Any:
    tests = [one <= -1 for one in (head, tail) if one is not None]
    return or_(*tests) if tests else None


_N = "text: text -> text"
_FULL = "".join(chr(c) for c in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF = "".join(chr(c) for c in range(0x21, 0x7F)) + " "

FUNCTIONS = (
    Function("CONCAT", "连接", "把各段文字连成一段。", "Puts texts together.", "text: text, more?: text -> text", 'CONCAT("a", 1, "b")', "a1b", repeat=1, body=_joined, blank="pass", pg=lambda b, *t: func.concat(*t)),
    Function("TEXTJOIN", "分隔连接", "用分隔符连接各段文字，可跳过空值。", "Puts texts together with a separator, leaving blanks out if told.", "separator: text, skip_blank: bool, texts: values, more?: values -> text", 'TEXTJOIN("、", TRUE, "a", "", LIST("b", "c"))', "a、b、c", repeat=1, body=_join_with, blank="pass"),
    Function("LEFT", "左取", "左边若干个字符（默认 1）。", "The first characters (one unless told).", "text: text, count?: number -> text", 'LEFT("张三丰", 2)', "张三", body=_left, pg=_pg_left, fails=_negative),
    Function("RIGHT", "右取", "右边若干个字符（默认 1）。", "The last characters (one unless told).", "text: text, count?: number -> text", 'RIGHT("13800001234", 4)', "1234", body=_right, pg=_pg_right, fails=_negative),
    Function("MID", "中取", "从第几个字符起取若干个。", "So many characters from a position on.", "text: text, start: number, count: number -> text", 'MID("abcdef", 2, 3)', "bcd", body=_mid, pg=_pg_mid, fails=lambda b, t, s, n: or_(s < 1, n <= -1)),
    Function("LEN", "长度", "字符个数。", "How many characters there are.", "text: text -> number", 'LEN("你好a")', 3, body=lambda t: Decimal(len(t)), pg=lambda b, t: func.length(t)),
    Function("FIND", "查找", "一段文字首次出现的位置，区分大小写；没有则出错。", "Where a text first stands, letter case counts; an error value where it does not.", "wanted: text, text: text, start?: number -> number", 'FIND("b", "abcb")', 2, body=_find, pg=_pg_position(_same), fails=_pg_position_fails(_same)),
    Function("SEARCH", "搜索", "一段文字首次出现的位置，不分大小写；没有则出错。", "Where a text first stands in any letter case; an error value where it does not.", "wanted: text, text: text, start?: number -> number", 'SEARCH("B", "abc")', 2, body=_search, pg=_pg_position(_lower), fails=_pg_position_fails(_lower)),
    Function("SUBSTITUTE", "替换文字", "把旧文字换成新文字，可指定第几处。", "Puts a new text for an old one, everywhere or at the n-th place.", "text: text, old: text, new: text, which?: number -> text", 'SUBSTITUTE("a-b-c", "-", "/")', "a/b/c", body=_substitute, sql=_sql_substitute),
    Function("REPLACE", "按位替换", "从第几个字符起的若干个换成新文字。", "Puts a new text for so many characters from a position on.", "text: text, start: number, count: number, new: text -> text", 'REPLACE("abcdef", 2, 3, "X")', "aXef", body=_replace, pg=lambda b, t, s, n, new: case((and_(s >= 1, n > -1), func.concat(func.left(t, func.greatest(whole(s) - 1, 0)), new, func.substr(t, func.least(func.greatest(whole(s), 1) + func.least(whole(func.abs(n)), 1_000_000_000), 2_000_000_000))))), fails=lambda b, t, s, n, new: or_(s < 1, n <= -1)),
    Function("UPPER", "大写", "拉丁字母转大写。", "Latin letters made capital.", _N, 'UPPER("abc")', "ABC", body=_upper, pg=lambda b, t: func.upper(t.collate("C"))),
    Function("LOWER", "小写", "拉丁字母转小写。", "Latin letters made small.", _N, 'LOWER("ABC")', "abc", body=caseless, pg=lambda b, t: _lower(t)),
    Function("PROPER", "首字母大写", "每个词的首字母大写。", "The first letter of each word made capital.", _N, 'PROPER("mary ann")', "Mary Ann", body=_proper),
    Function("TRIM", "去空格", "去掉首尾空格，中间多个空格合成一个。", "Without spaces at the ends, and single ones between.", _N, 'TRIM("  a   b ")', "a b", body=_trim, pg=_pg_trim),
    Function("CLEAN", "去控制符", "去掉看不见的控制字符。", "Without invisible control characters.", _N, 'CLEAN("ab")', "ab", body=_clean, pg=lambda b, t: func.regexp_replace(t, "[\\x01-\\x1f\\x7f]", "", "g")),
    Function("REPT", "重复", "把文字重复若干次。", "A text again and again.", "text: text, count: number -> text", 'REPT("ab", 3)', "ababab", body=_repeat, pg=_pg_repeat, fails=lambda b, t, n: or_(n <= -1, func.length(t) * func.trunc(n) > 65_536)),
    Function("EXACT", "完全相同", "两段文字是否完全相同，区分大小写。", "Whether two texts are the same, letter case counts.", "one: text, other: text -> bool", 'EXACT("a", "A")', False, body=lambda a, b: a == b, pg=lambda b, x, y: x == y),
    Function("TEXT", "转文本", "按格式把数字或日期变成文字，如 \"0.00\"、\"#,##0\"、\"yyyy-mm-dd\"。", "A number or date written in a form such as \"0.00\", \"#,##0\" or \"yyyy-mm-dd\".", "value: any, form?: text -> text", 'TEXT(1234.5, "#,##0.00")', "1,234.50", body=_text, needs_context=True, blank="pass"),
    Function("VALUE", "转数字", "把文字变成数字。", "A text read as a number.", "text: text -> number", 'VALUE("1,200.5")', "1200.5", body=_value),
    Function("CHAR", "字符", "编码对应的字符。", "The character of a code.", "code: number -> text", "CHAR(65)", "A", body=_char, pg=lambda b, v: case((and_(v >= 1, v < 1114112, or_(func.trunc(v) < 55296, func.trunc(v) > 57343)), func.chr(whole(v)))), fails=lambda b, v: or_(v < 1, v >= 1114112, and_(func.trunc(v) >= 55296, func.trunc(v) <= 57343))),
    Function("CODE", "编码", "第一个字符的编码。", "The code of the first character.", "text: text -> number", 'CODE("A")', 65, body=_code, pg=lambda b, t: func.ascii(func.nullif(t, "")), fails=lambda b, t: t == ""),
    Function("STARTSWITH", "开头是", "是否以某段文字开头，不分大小写。", "Whether a text begins with another, in any letter case.", "text: text, start: text -> bool", 'STARTSWITH("张三", "张")', True, body=lambda t, s: caseless(t).startswith(caseless(s)), pg=lambda b, t, s: func.starts_with(_lower(t), _lower(s))),
    Function("ENDSWITH", "结尾是", "是否以某段文字结尾，不分大小写。", "Whether a text ends with another, in any letter case.", "text: text, end: text -> bool", 'ENDSWITH("abc", "BC")', True, body=lambda t, s: caseless(t).endswith(caseless(s)), pg=lambda b, t, s: func.right(_lower(t), func.length(s)) == _lower(s)),
    Function("CONTAINS", "包含文字", "是否含有某段文字，不分大小写。", "Whether a text holds another, in any letter case.", "text: text, wanted: text -> bool", 'CONTAINS("种植牙", "种植")', True, body=lambda t, s: caseless(s) in caseless(t), pg=lambda b, t, s: or_(s == "", func.strpos(_lower(t), _lower(s)) > 0)),
    Function("SPLIT", "拆分", "按分隔符拆成列表。", "A text cut into a list at a separator.", "text: text, separator: text -> list of text", 'SPLIT("a,b,c", ",")', ["a", "b", "c"], body=_split, pg=lambda b, t, s: func.string_to_array(t, case((s == "", None), else_=s))),
    Function("PADLEFT", "左补齐", "左边补到指定长度。", "Filled up on the left to a length.", "text: text, length: number, fill?: text -> text", 'PADLEFT("7", 3, "0")', "007", body=_padded(True), pg=_pg_pad("lpad"), fails=lambda b, t, n, f=None: n <= -1),
    Function("PADRIGHT", "右补齐", "右边补到指定长度。", "Filled up on the right to a length.", "text: text, length: number, fill?: text -> text", 'PADRIGHT("7", 3, "0")', "700", body=_padded(False), pg=_pg_pad("rpad"), fails=lambda b, t, n, f=None: n <= -1),
    Function("REGEXMATCH", "正则匹配", "是否有一处符合正则表达式。", "Whether a pattern fits somewhere.", "text: text, pattern: text -> bool", 'REGEXMATCH("13800001234", "^1[3-9]\\d{9}$")', True, body=_regex_match, check=_check_pattern),
    Function("REGEXEXTRACT", "正则提取", "第一处符合正则表达式的文字（有括号则取括号内）。", "The first text that a pattern fits (its first group if it has one).", "text: text, pattern: text -> text", 'REGEXEXTRACT("No. 42", "\\d+")', "42", body=_regex_extract, check=_check_pattern),
    Function("REGEXREPLACE", "正则替换", "把符合正则表达式的文字都换掉。", "Puts a text wherever a pattern fits.", "text: text, pattern: text, new: text -> text", 'REGEXREPLACE("a1b22", "\\d+", "#")', "a#b#", body=_regex_replace, check=_check_pattern),
    Function("MASK", "脱敏", "只露出首尾若干字符（默认前 3 后 4）。", "Hides all but the first and last characters (3 and 4 unless told).", "text: text, head?: number, tail?: number -> text", 'MASK("13800001234")', "138****1234", body=mask, pg=_pg_mask, fails=_pg_mask_fails),
    Function("PINYIN", "拼音", "不带声调的拼音。", "The pinyin without tones.", _N, 'PINYIN("张三")', "zhangsan", body=lambda t: sized(pinyin(t)) if t else ""),
    Function("PINYININITIALS", "拼音首字母", "拼音首字母。", "The first letters of the pinyin.", _N, 'PINYININITIALS("张三")', "zs", body=lambda t: initials(t) if t else ""),
    Function("RMB", "人民币大写", "金额的中文大写。", "An amount in formal Chinese figures.", "amount: number -> text", "RMB(120.5)", "壹佰贰拾元伍角整", body=rmb),
    Function("HALFWIDTH", "半角", "全角字符转半角。", "Full-width characters made narrow.", _N, 'HALFWIDTH("ＡＢ１")', "AB1", body=_half_width, pg=lambda b, t: func.translate(t, _FULL, _HALF)),
    Function("UUID", "唯一编号", "新的唯一编号。", "A new unique id.", "-> text", "LEN(UUID())", 36, body=new_id, is_volatile=True),
    Function("HASH", "摘要", "文字的 SHA-256 摘要。", "The SHA-256 digest of a text.", _N, 'LEFT(HASH("a"), 8)', "ca978112", body=_hash, pg=lambda b, t: func.encode(func.sha256(func.convert_to(t, "UTF8")), "hex")),
)  # fmt: skip
