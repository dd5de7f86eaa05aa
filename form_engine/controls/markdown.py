"""Markdown: text with light marks, shown formatted."""

from engine.schema import closed
from form_engine.controls._settings import whole
from form_engine.controls._text import lengths
from form_engine.controls.textarea import TextArea

CONTROL = TextArea(
    kind="markdown",
    zh="Markdown 文本",
    en="Markdown",
    icon="file-markdown",
    config_schema=closed(
        **lengths(20_000), rows=whole("行数", "Lines shown", minimum=1, maximum=60, default=8)
    ),
    sample={"config": {"max_length": 20}, "valid": ["# 标题\n正文"], "invalid": ["长" * 21]},
)
