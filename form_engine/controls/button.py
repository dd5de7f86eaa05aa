"""Button (按钮): runs one of the form's actions."""

from engine.schema import closed
from form_engine.controls._settings import expression, key_of, pick, said
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="button",
    zh="按钮",
    en="Button",
    icon="play-circle",
    config_schema=closed(
        ("action",),
        action=key_of("动作", "Action", "action"),
        confirm=said("确认提示", "Ask first"),
        enabled_if=expression("可点条件", "Enabled if"),
        look=pick("样式", "Look", "default", "primary", "danger", "link", default="default"),
    ),
    sample={"config": {"action": "print_bill"}},
)
