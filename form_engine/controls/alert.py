"""Alert (提示条): a coloured line that warns or informs; its words may hold a formula."""

from engine.schema import closed
from form_engine.controls._settings import expression, pick, said
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="alert",
    zh="提示条",
    en="Alert",
    icon="alert",
    config_schema=closed(
        text=said("文字", "Text"),
        formula=expression("文字公式", "Text by formula"),
        tone=pick("级别", "Tone", "info", "success", "warning", "error", default="info"),
    ),
    sample={"config": {"text": {"zh": "注意过敏史", "en": "Mind the allergies"}, "tone": "warning"}},
)
