"""Section (分组): a heading among fields; sections that fold stand in the layout."""

from engine.schema import closed
from form_engine.controls._settings import said
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="section",
    zh="分组",
    en="Section",
    icon="layout",
    config_schema=closed(
        title=said("标题", "Title"),
    ),
    sample={"config": {"title": {"zh": "基本信息", "en": "Basics"}}},
)
