"""QR code (二维码): drawn from a formula."""

from engine.schema import closed
from form_engine.controls._settings import expression, whole
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="qrcode",
    zh="二维码",
    en="QR code",
    icon="qrcode",
    config_schema=closed(
        ("content",),
        content=expression("内容", "Content"),
        size=whole("边长", "Size", minimum=64, maximum=512, default=160),
    ),
    sample={"config": {"content": "{no}"}},
)
