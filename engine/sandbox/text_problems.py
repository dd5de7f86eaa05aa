"""What can be wrong with a text."""

from engine.problems import Code

SYNTAX = Code("wording.syntax", zh="第 {line} 行的写法不对：{why}", en="Line {line} cannot be read: {why}",
              hint_zh="值写成 {{ 名称 }}，条件写成 {% if … %}…{% endif %}", hint_en="A value is {{ name }}, a condition {% if … %}…{% endif %}")  # fmt: skip
FORBIDDEN = Code("wording.forbidden", zh="第 {line} 行用了文本模板不支持的“{what}”", en="Line {line} uses “{what}”, which texts do not have",
                 hint_zh="可用：取值、if、for、比较、加减乘除和过滤器", hint_en="There are values, if, for, comparisons, sums and filters")  # fmt: skip
NO_FILTER = Code("wording.filter", zh="第 {line} 行：没有过滤器“{name}”", en="Line {line}: there is no filter “{name}”",
                 hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
FILTER_ARGS = Code("wording.filter_settings", zh="第 {line} 行：过滤器“{name}”的参数不对", en="Line {line}: the filter “{name}” does not take these settings")  # fmt: skip
LOOPS = Code("wording.loops", zh="第 {line} 行：循环最多嵌套 {most} 层，且每次只能取一个名称", en="Line {line}: loops go {most} deep at most, and name one item",
             hint_zh="写成 {% for 项 in 列表 %}", hint_en="Write {% for item in list %}")  # fmt: skip
TOO_DEEP = Code(
    "wording.too_deep",
    zh="文本嵌套得太深",
    en="The text is nested too deeply",
    hint_zh="请拆成几段条件",
    hint_en="Split the conditions",
)
TOO_LONG = Code(
    "wording.too_long", zh="文本模板最长 {most} 个字符", en="A text has at most {most} characters"
)
TOO_MUCH = Code("wording.too_much", zh="生成的文本超过 {most} 个字符", en="The text would have more than {most} characters",
                hint_zh="请减少循环里的内容", hint_en="Put less into the loop")  # fmt: skip
TOO_MANY_TURNS = Code("wording.too_many_turns", zh="文本里的循环超过 {most} 次", en="The loops of the text turn more than {most} times",
                      hint_zh="请缩短列表或减少嵌套", hint_en="Shorten the list, or nest less")  # fmt: skip
FAILED = Code("wording.failed", zh="文本无法生成：有的比较或计算用在了不合适的值上", en="The text cannot be made: a comparison or sum does not fit its values",
              hint_zh="请检查比较和计算两边的值", hint_en="Check the values on both sides of comparisons and sums")  # fmt: skip
UNKNOWN = Code("wording.unknown_name", zh="第 {line} 行：没有“{name}”这个值", en="Line {line}: there is no value “{name}”",
               hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
HIDDEN = Code("wording.hidden_field", zh="第 {line} 行：“{label}”（{name}）不允许出现在这条消息里", en="Line {line}: “{label}” ({name}) must not be named in this message",
              hint_zh="请去掉它，或在消息的“敏感字段”里调整", hint_en="Take it out, or change the message's sensitive fields")  # fmt: skip
SECRET = Code("wording.sensitive_field", zh="第 {line} 行：“{label}”（{name}）是敏感信息，不能直接写进消息", en="Line {line}: “{label}” ({name}) is sensitive and cannot stand in a message as it is",
              hint_zh="请加过滤器 sensitive，对外的消息里会换成中性说法", hint_en="Add the filter sensitive: outside the house it shows neutral words")  # fmt: skip
