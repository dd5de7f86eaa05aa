"""What can be wrong with a question, in words."""

from engine.problems import Code

UNKNOWN_MEASURE = Code(
    "report.unknown_measure",
    zh="没有名为“{name}”的度量",
    en="There is no measure “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_FACT = Code(
    "report.unknown_fact",
    zh="没有数据集“{name}”",
    en="There is no dataset “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
UNKNOWN_FIELD = Code(
    "report.unknown_field",
    zh="“{fact}”没有可用的字段或维度“{name}”",
    en="“{fact}” has no field or dimension “{name}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)
NO_WAY = Code(
    "report.no_way",
    zh="从“{fact}”找不到通往“{name}”的关联",
    en="There is no link from “{fact}” to “{name}”",
    hint_zh="给“{fact}”加一个关联字段，或在表单的 roles 里写明它用哪个字段表示“{name}”",
    hint_en="Add a link field to “{fact}”, or say under “roles” of the form which of its fields means “{name}”",
)
NO_MEASURES = Code(
    "report.no_measures",
    zh="报表至少要有一个度量",
    en="A report needs at least one measure",
    hint_zh="例如 lead.count",
    hint_en="For example lead.count",
)
MEASURE_CYCLE = Code(
    "report.measure_cycle",
    zh="度量之间互相引用：{way}",
    en="These measures refer to each other: {way}",
    hint_zh="去掉其中一个引用",
    hint_en="Take one of the references out",
)
BAD_AGGREGATE = Code(
    "report.bad_aggregate",
    zh="“{label}”不能求{aggregate}",
    en="“{label}” has no {aggregate}",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
BAD_GRAIN = Code(
    "report.bad_grain",
    zh="“{label}”不能按“{grain}”分组",
    en="“{label}” cannot be grouped by “{grain}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
BAD_BINS = Code(
    "report.bad_bins",
    zh="“{label}”的分段写得不对：宽度须大于 0，分界须从小到大",
    en="The bands of “{label}” are not right: the width must be above 0, the edges must rise",
    hint_zh='例如 {"width": 10} 或 {"edges": [18, 30, 45]}',
    hint_en='For example {"width": 10} or {"edges": [18, 30, 45]}',
)
SEVERAL_FACTS = Code(
    "report.several_facts",
    zh="这个条件同时用到几个数据集（{facts}），无法判断",
    en="This condition uses several datasets at once ({facts})",
    hint_zh="分成几个条件，每个只用一个数据集；共有的维度直接写名字，如 {channel}",
    hint_en="Write a condition for each; name shared dimensions by themselves, such as {channel}",
)
NEEDS_PERIOD = Code(
    "report.needs_period",
    zh="要比较，先要有时间范围",
    en="A comparison needs a period",
    hint_zh='加上 "period": "this month"，或条件 {date} IN LAST(6, "month")',
    hint_en='Add "period": "this month", or the condition {date} IN LAST(6, "month")',
)
TOO_MANY_GROUPS = Code(
    "report.too_many_groups",
    zh="分组太多：超过 {most} 组",
    en="Too many groups: more than {most}",
    hint_zh="缩小时间范围、换更粗的分组，或只看前几名（top）",
    hint_en="Narrow the period, group more coarsely, or show only the top few",
)
TOO_MANY_PARTS = Code(
    "report.too_many_parts",
    zh="{what}太多：最多 {most} 个",
    en="Too many {what}: at most {most}",
    hint_zh="拆成几个报表",
    hint_en="Make several reports of it",
)
BAD_SORT = Code(
    "report.bad_sort",
    zh="不能按“{name}”排序：报表里没有这一列",
    en="Cannot sort by “{name}”: the report has no such column",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
NO_TOP = Code(
    "report.no_top",
    zh="“{label}”不是名称，不能只列前几名、其余合为“其他”",
    en="“{label}” is no name: its first few cannot stand beside “other”",
    hint_zh='数字用 "bins" 分段，日期用 "bucket" 分段，或改用 limit',
    hint_en="Give numbers “bins” and days a “bucket”, or use “limit”",
)
BAD_TOP = Code(
    "report.bad_top",
    zh="不能按“{name}”选出最大的几个：报表里没有这个度量",
    en="The largest cannot be chosen by “{name}”: the report has no such measure",
    hint_zh="可用：{choices}（占比、名次等不能用来选）",
    hint_en="Possible: {choices} (shares, ranks and the like cannot choose)",
)
REPEATED_KEY = Code(
    "report.repeated_key",
    zh="两列同名：“{name}”",
    en="Two columns are called “{name}”",
    hint_zh="给其中一列另起 key",
    hint_en="Give one of them another key",
)
UNKNOWN_KIND = Code(
    "report.unknown_kind",
    zh="没有“{name}”这种报表",
    en="There is no kind of report “{name}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
BAD_TOTALS = Code(
    "report.bad_totals",
    zh="合计里的“{name}”不是本报表的维度",
    en="“{name}” under totals is no dimension of this report",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
NOT_FOR_KIND = Code(
    "report.not_for_kind",
    zh="这种报表不能用“{name}”",
    en="This kind of report cannot use “{name}”",
    hint_zh="去掉它，或改用 aggregate 报表",
    hint_en="Leave it out, or ask it as an aggregate",
)
ONLY_NOW = Code(
    "report.only_now",
    zh="“{measure}”只有现在的值，过去的时段留空",
    en="“{measure}” is known of the present alone; the past is left blank",
    hint_zh="选择到今天为止的时段",
    hint_en="Choose a period that lasts till today",
)
SMALL_SAMPLE = Code(
    "report.small_sample",
    zh="{count} 行的样本不足 {least}，比率仅供参考",
    en="{count} rows rest on fewer than {least} cases; take their rates with care",
    hint_zh="放宽时间范围或分组",
    hint_en="Widen the period or group more coarsely",
)
IMMATURE = Code(
    "report.immature",
    zh="{count} 行还没到成熟期（{days} 天），数值还会变",
    en="{count} rows have not had their {days} days yet; their numbers will still change",
    hint_zh="灰色显示的不要当作结论",
    hint_en="Do not draw conclusions from the grey ones",
)
NOT_ADDING = Code(
    "report.not_adding",
    zh="“{label}”一条记录可属于几组，各组之和不等于合计",
    en="A record can belong to several groups of “{label}”, so the groups do not add up to the total",
    hint_zh="合计里每条记录只计一次",
    hint_en="The total counts each record once",
)
STATE_OVER_TIME = Code(
    "report.state_over_time",
    zh="“{measure}”是某一时点的状态，不能按时间分组",
    en="“{measure}” is a state at one moment and cannot go by time",
    hint_zh="去掉时间维度，或改用计数、合计类的时点指标",
    hint_en="Take the time dimension out, or use a state that counts or sums",
)
BAD_CREDIT = Code(
    "report.bad_credit",
    zh="这样无法归因：按触点归因的度量须是记录的金额或整数合计（末次触达还可计数），条件不能把触点的维度和其他字段混在一起",
    en="This cannot be credited: a credited measure sums money or whole numbers of records (by last touch it may also count), "
    "and no condition may mix what goes by the touch with other fields",
    hint_zh="用 sum 合计一个金额字段，或把条件拆成几个",
    hint_en="Sum an amount of the record itself, or write a condition for each",
)
BAD_SPREAD = Code(
    "report.bad_spread",
    zh="这样无法按天分摊：须是金额或整数的合计，且所在表单的日期是一段日期",
    en="This cannot be spread over days: it must sum money or whole numbers of a form whose date is a stretch of days",
    hint_zh="把表单的 date 设为日期区间字段，或去掉 spread",
    hint_en="Make a range of days the form's date, or take “spread” out",
)
NO_GOALS = Code(
    "report.no_goals",
    zh="没有可用的目标表单，或您无权查看目标",
    en="There is no form with targets, or you may not see it",
    hint_zh="在目标表单里写明 goals（指标、目标值、层级），或去掉与目标的比较",
    hint_en="Say under “goals” of the form of targets what its fields mean, or compare without goals",
)
NOT_TOTALS = Code(
    "report.not_totals",
    zh="“{what}”不能用在只看合计（sees: totals）的报表里：会推出单条记录",
    en="“{what}” cannot be used in a report of totals only (sees: totals): it would tell single records",
    hint_zh="只用计数、去重数、合计、平均和比例，按选项、人员、门店或日期分组，不带对比、having、下钻和归因",
    hint_en="Use counts, sums, averages and rates by options, people, branches or days, without comparisons, having, drills and credit",
)
NOT_OWN_TOTALS = Code(
    "report.not_own_totals",
    zh="自建报表不能使用 sees：能看哪些合计由应用的设计者决定",
    en="A report of one's own cannot use “sees”: which totals may be seen is for the designers of the app to say",
    hint_zh="去掉 sees，只统计您有权查看的记录",
    hint_en="Take “sees” out; then the records that you may see are counted",
)
EMPTY = Code(
    "report.empty",
    zh="这个范围内没有数据",
    en="There is nothing in this range",
    hint_zh="放宽条件或时间范围",
    hint_en="Widen the filters or the period",
)
BAD_BETWEEN = Code(
    "report.bad_between",
    zh="时长（between）要从一个时间或阶段到另一个：两端都是日期，或都是时间、阶段；营业时间只用于时间和阶段",
    en="A duration (between) goes from one moment to another: both ends days, or both instants or stages; opening hours are for the latter",
    hint_zh='例如 "between": {"from": "assigned_at", "to": {"stage": "contacted"}, "clock": "open"}，可求 median、avg、p90、min、max、sum，或用 within_minutes 求 rate',
    hint_en='For example "between": {"from": "assigned_at", "to": {"stage": "contacted"}, "clock": "open"}, with median, avg, p90, min, max, sum, or a rate with within_minutes',
)
UNKNOWN_STAGE = Code(
    "report.unknown_stage",
    zh="没有阶段“{stage}”",
    en="There is no stage “{stage}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
NO_BASELINE = Code(
    "report.no_baseline",
    zh="与基准期比较时要写明基准期的起止日期",
    en="A comparison with a baseline needs the days of the baseline",
    hint_zh='例如 "baseline": "2025-11-01..2025-11-30"',
    hint_en='For example "baseline": "2025-11-01..2025-11-30"',
)
