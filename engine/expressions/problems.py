"""What can be wrong with a formula, in words; and the error values a formula may meet when it runs."""

from dataclasses import dataclass

from engine.problems import CODES, Code, Problem

SYNTAX = Code(
    "formula.syntax",
    zh="公式第 {offset1} 个字符处看不懂：{found}",
    en="The formula cannot be read at character {offset1}: {found}",
    hint_zh="这里可以写：{expected}",
    hint_en="What may stand here: {expected}",
)
EMPTY = Code(
    "formula.empty", zh="公式是空的", en="The formula is empty", hint_zh="请写一个公式", hint_en="Write one"
)
TOO_LONG = Code(
    "formula.too_long",
    zh="公式太长：{size} 个字符，最多 {most}",
    en="The formula is too long: {size} characters, at most {most}",
    hint_zh="请拆成几个公式字段",
    hint_en="Split it into several formula fields",
)
TOO_MANY_TOKENS = Code(
    "formula.too_many_tokens",
    zh="公式的组成部分太多，最多 {most} 个",
    en="The formula has too many parts, at most {most}",
    hint_zh="请拆成几个公式字段",
    hint_en="Split it into several formula fields",
)
TOO_DEEP = Code(
    "formula.too_deep",
    zh="公式嵌套超过 {most} 层",
    en="The formula is nested more than {most} levels deep",
    hint_zh="请用 IFS 或拆成几个公式字段",
    hint_en="Use IFS, or split it into several formula fields",
)
BAD_CHARACTER = Code(
    "formula.bad_character",
    zh="公式里不能有“{found}”",
    en="“{found}” has no meaning in a formula",
    hint_zh="文字要放在双引号里，字段要放在花括号里",
    hint_en="Put text in double quotes and fields in braces",
)
OPEN_TEXT = Code(
    "formula.open_text",
    zh="这段文字没有右引号",
    en="This text has no closing quote",
    hint_zh="请在末尾补上双引号",
    hint_en="Add a double quote at its end",
)
OPEN_FIELD = Code(
    "formula.open_field",
    zh="这个字段没有右花括号",
    en="This field has no closing brace",
    hint_zh="请补上 }",
    hint_en="Add a }",
)
BARE_NAME = Code(
    "formula.bare_name",
    zh="“{name}”既不是字段也不是函数",
    en="“{name}” is neither a field nor a function",
    hint_zh='字段写成 {{name}}，文字写成 "{name}"，函数后面要有括号',
    hint_en='A field is written {{name}}, a text "{name}", and a function needs parentheses',
)
UNKNOWN_FIELD = Code(
    "formula.unknown_field",
    zh="没有字段“{name}”",
    en="There is no field “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_FUNCTION = Code(
    "formula.unknown_function",
    zh="没有函数“{name}”",
    en="There is no function “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
ARGUMENTS = Code(
    "formula.arguments",
    zh="{name} 需要 {wanted} 个参数，这里有 {given} 个",
    en="{name} takes {wanted} arguments, here are {given}",
    hint_zh="写法：{signature}",
    hint_en="It is written {signature}",
)
WRONG_TYPE = Code(
    "formula.wrong_type",
    zh="这里应是{wanted}，却是{given}",
    en="This should be {wanted} but is {given}",
    hint_zh="{tip}",
    hint_en="{tip}",
)
NOT_COMPARABLE = Code(
    "formula.not_comparable",
    zh="{left}不能与{right}比较",
    en="{left} cannot be compared with {right}",
    hint_zh="{tip}",
    hint_en="{tip}",
)
BAD_LITERAL = Code(
    "formula.bad_literal",
    zh="“{given}”不是有效的{wanted}",
    en="“{given}” is not {wanted}",
    hint_zh='日期写成 "2026-03-01"，时间写成 "09:30"',
    hint_en='Write a date as "2026-03-01" and a time as "09:30"',
)
BAD_UNIT = Code(
    "formula.bad_unit",
    zh="“{given}”不能用在这里",
    en="“{given}” cannot be used here",
    hint_zh="可用：{known}",
    hint_en="Use one of: {known}",
)
BAD_PATTERN = Code(
    "formula.bad_pattern",
    zh="正则表达式“{given}”不能使用",
    en="The pattern “{given}” cannot be used",
    hint_zh="不支持反向引用和环视",
    hint_en="Back-references and look-around are not supported",
)
NOT_IN_SQL = Code(
    "formula.not_in_sql",
    zh="{name} 不能在数据库里计算",
    en="{name} cannot be worked out by the database",
    hint_zh="请把它做成保存的公式字段，再在筛选里用那个字段",
    hint_en="Make it a stored formula field and use that field in the filter",
)
CYCLE = Code(
    "formula.cycle",
    zh="公式互相引用成了一个圈：{way}",
    en="The formulas go round in a circle: {way}",
    hint_zh="请去掉其中一处引用",
    hint_en="Remove one of the references",
)
DIV0 = Code(
    "formula.div0",
    zh="除数是 0",
    en="Division by zero",
    hint_zh="可用 IFERROR 给出替代值",
    hint_en="IFERROR can give a value instead",
)
BAD_NUMBER = Code(
    "formula.bad_number",
    zh="这个数无法计算",
    en="This number cannot be worked out",
    hint_zh="请检查参数的范围",
    hint_en="Check the range of the arguments",
)
BAD_DATE = Code(
    "formula.bad_date",
    zh="没有这样的日期或时间",
    en="There is no such date or time",
    hint_zh="请检查年、月、日",
    hint_en="Check year, month and day",
)
BAD_VALUE = Code(
    "formula.bad_value",
    zh="这个值不能用在这里",
    en="This value cannot be used here",
    hint_zh="请检查参数",
    hint_en="Check the arguments",
)
NOT_FOUND = Code(
    "formula.not_found",
    zh="没有找到",
    en="Nothing was found",
    hint_zh="可用 IFERROR 给出替代值",
    hint_en="IFERROR can give a value instead",
)
TOO_LARGE = Code(
    "formula.too_large",
    zh="结果太大",
    en="The result is too large",
    hint_zh="请检查公式",
    hint_en="Check the formula",
)
TOO_COSTLY = Code(
    "formula.too_costly",
    zh="公式要算的步骤太多",
    en="The formula takes too many steps",
    hint_zh="请减少列表的长度或嵌套",
    hint_en="Shorten the lists or nest them less",
)


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """A failed operation as a value: what `evaluate` returns, IFERROR sees, and SQL shows as null."""

    code: str

    def __str__(self) -> str:
        return f"#{self.code.removeprefix('formula.')}"

    def __bool__(self) -> bool:
        return False

    def problem(self, path: str = "") -> Problem:
        """Return the problem to show beside the field."""
        return Problem(self.code, path)


class Failure(Exception):  # noqa: N818 - it is a value on its way up, not a bug
    """Carries an error value out of a formula; only `evaluate`, IFERROR and ISERROR catch it."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.code)
        self.value = ErrorValue(code.code)

    @classmethod
    def of(cls, value: ErrorValue) -> "Failure":
        """Return the failure that carries an error value met in a field."""
        return cls(CODES[value.code])


def located(code: Code, text: str, offset: int, path: str, **params: object) -> Problem:
    """Return the problem at a 0-based `offset` of the formula's `text`."""
    before = text[:offset]
    line = before.count("\n") + 1
    column = offset - (before.rfind("\n") + 1) + 1
    return code.at(path, **{**params, "offset": offset, "offset1": offset + 1, "position": (line, column)})
