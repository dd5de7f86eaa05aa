"""Post-operative day (术后天数): days since an anchor date, D+7."""

from engine.schema import closed
from form_engine.controls._settings import line, path_of
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="postop_day",
    zh="术后天数",
    en="Post-op day",
    icon="history",
    config_schema=closed(
        ("from",),
        **{"from": path_of("起始日期字段", "Anchor date field")},
        prefix=line("前缀", "Prefix", default="D+"),
    ),
    sample={"config": {"from": "surgery_id.operated_on"}},
)
