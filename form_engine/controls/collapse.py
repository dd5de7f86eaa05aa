"""Folds (折叠面板)."""

from engine.schema import closed
from form_engine.controls._panes import panes
from form_engine.controls._settings import flag
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="collapse",
    zh="折叠面板",
    en="Folds",
    icon="menu-fold",
    config_schema=closed(
        ("panes",), panes=panes("面板", "Folds"), one_open=flag("只展开一个", "One open at a time")
    ),
    sample={"config": {"panes": [{"key": "a", "title": {"zh": "一", "en": "One"}, "items": []}]}},
)
