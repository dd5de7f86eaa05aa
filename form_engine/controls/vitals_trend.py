"""Trend of vital signs (体征趋势): what was measured at the last visits, beside what is usual."""

from engine.schema import closed
from form_engine.controls._settings import key_of
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="vitals_trend",
    zh="体征趋势",
    en="Trend of vital signs",
    group="clinic",
    icon="line-chart",
    config_schema=closed(
        ("form", "by", "field"),
        form=key_of("表单", "Form", "form"),
        by=key_of("通过字段", "Linked by", "field"),
        field=key_of("生命体征字段", "Field with the vital signs", "field"),
        at=key_of("测量时间字段（默认创建时间）", "When they were measured (by default: created)", "field"),
        born=key_of(
            "出生日期字段（按年龄判断是否偏离）", "Birth date field: what is usual hangs on the age", "field"
        ),
    ),
    sample={"config": {"form": "clinical_record", "by": "customer_id", "field": "vitals"}},
)
