"""Embedded page (嵌入网页): a page of an allowed host, sandboxed."""

from engine.schema import closed
from form_engine.controls._settings import line, whole
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="embed",
    zh="嵌入网页",
    en="Embedded page",
    icon="global",
    config_schema=closed(
        ("url",),
        url=line("网址", "Address", pattern=r"^https://[A-Za-z0-9.-]+(:\d{1,5})?(/[^\s\"'<>]*)?$"),
        height=whole("高度", "Height", minimum=80, maximum=2000, default=360),
    ),
    sample={"config": {"url": "https://example.com/map"}},
)
