"""Timeline (时间线): everything that happened around the record, in one story."""

from engine.schema import KEY, array, closed
from form_engine.controls._settings import setting
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="timeline",
    zh="时间线",
    en="Timeline",
    group="relation",
    icon="history",
    config_schema=closed(of=setting("包含的表单", "Forms shown", array(KEY, maxItems=40))),
    sample={"config": {"of": ["appointment"]}},
)
