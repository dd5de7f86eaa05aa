"""Section (分组): fields under a heading."""

from engine.schema import closed
from form_engine.controls._settings import flag, said, whole
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="section",
    zh="分组",
    en="Section",
    icon="layout",
    config_schema=closed(
        title=said("标题", "Title"),
        columns=whole("列数", "Columns", minimum=1, maximum=4, default=2),
        folded=flag("默认折叠", "Folded at first"),
    ),
    sample={"config": {"title": {"zh": "基本信息", "en": "Basics"}}},
)
