"""What may be wrong with a definition by its schema."""

from engine.problems import Code

UNKNOWN_PROPERTY = Code(
    "schema.unknown_property",
    zh="这里没有名为“{name}”的属性",
    en="There is no property “{name}” here",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
MISSING = Code(
    "schema.missing",
    zh="缺少“{name}”",
    en="“{name}” is missing",
    hint_zh="补上“{name}”",
    hint_en="Add “{name}”",
)
WRONG_TYPE = Code(
    "schema.wrong_type",
    zh="这里应是{wanted}",
    en="This must be {wanted}",
    hint_zh="现在写的是：{given}",
    hint_en="It is now: {given}",
)
NOT_A_CHOICE = Code(
    "schema.not_a_choice",
    zh="“{given}”不在可选范围内：{choices}",
    en="“{given}” is not one of: {choices}",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
BAD_KEY = Code(
    "schema.bad_key",
    zh="“{given}”不能作为 key",
    en="“{given}” cannot be a key",
    hint_zh="key 由小写字母开头，只含小写字母、数字和下划线，最长 63 个字符",
    hint_en="A key starts with a lower-case letter and has lower-case letters, digits and underscores, at most 63",
)
BAD_PATTERN = Code(
    "schema.bad_pattern",
    zh="“{given}”的写法不对",
    en="“{given}” is not written as it must be",
    hint_zh="应符合格式：{pattern}",
    hint_en="It must match: {pattern}",
)
BAD_LENGTH = Code(
    "schema.bad_length",
    zh="数量或长度不对：应在 {least} 到 {most} 之间，现在是 {given}",
    en="The count or length must be between {least} and {most}; it is {given}",
    hint_zh="增减内容后再保存",
    hint_en="Add or remove some and save again",
)
BAD_RANGE = Code(
    "schema.bad_range",
    zh="数值应在 {least} 到 {most} 之间，现在是 {given}",
    en="The number must be between {least} and {most}; it is {given}",
    hint_zh="改成范围内的数值",
    hint_en="Choose a number inside",
)
REPEATED = Code(
    "schema.repeated",
    zh="列表里有重复的内容",
    en="The list has the same thing twice",
    hint_zh="删除重复的一项",
    hint_en="Remove one of them",
)
CHOOSE_ONE = Code(
    "schema.choose_one",
    zh="这几项要且只能写一项：{names}",
    en="Write exactly one of: {names}",
    hint_zh="删去多余的，或补上缺的一项",
    hint_en="Remove what is too much or add what is missing",
)
NOT_ALLOWED = Code(
    "schema.not_allowed",
    zh="这里的内容不符合格式（{rule}）",
    en="This does not fit the format ({rule})",
    hint_zh="参考 docs/format.md 里的例子",
    hint_en="See the examples in docs/format.md",
)
