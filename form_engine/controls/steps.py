"""Steps (步骤)."""

from engine.schema import closed
from form_engine.controls._panes import panes
from form_engine.controls._settings import flag
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="steps",
    zh="步骤",
    en="Steps",
    icon="ordered-list",
    config_schema=closed(
        ("panes",), panes=panes("步骤", "Steps"), check_each=flag("逐步校验", "Check each step", True)
    ),
    sample={"config": {"panes": [{"key": "a", "title": {"zh": "一", "en": "One"}, "items": []}]}},
)
