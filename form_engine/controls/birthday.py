"""Birthday (生日): a day in the past, shown with the age."""

from engine.schema import closed
from form_engine.controls._days import Day, days
from form_engine.controls._settings import flag

CONTROL = Day(
    kind="birthday",
    zh="生日",
    en="Birthday",
    group="date",
    icon="gift",
    config_schema=closed(
        **{**days(), "min": {**days()["min"], "default": "1900-01-01"}},
        show_age=flag("显示年龄", "Show age", True),
    ),
    sample={"config": {}, "valid": ["1990-05-01"], "invalid": ["1850-01-01", "1990-02-30"]},
)
