"""Text block (说明文字)."""

from engine.schema import closed
from form_engine.controls._settings import pick, said
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="static_text",
    zh="说明文字",
    en="Text block",
    icon="info-circle",
    config_schema=closed(
        ("text",),
        text=said("文字", "Text"),
        look=pick("样式", "Look", "plain", "secondary", "title", default="plain"),
    ),
    sample={"config": {"text": {"zh": "请如实填写", "en": "Please be accurate"}}},
)
