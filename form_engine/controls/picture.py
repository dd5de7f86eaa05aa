"""Picture (展示图片): a fixed picture on the form."""

from engine.schema import closed
from form_engine.controls._settings import line, said, whole
from form_engine.controls._virtual import Layout

CONTROL = Layout(
    kind="picture",
    zh="展示图片",
    en="Picture",
    icon="picture",
    config_schema=closed(
        ("file",),
        file=line("文件", "File", pattern="^([A-Za-z0-9_-]{1,64}|/assets/[A-Za-z0-9_./-]{1,200})$"),
        alt=said("替代文字", "In words"),
        height=whole("高度", "Height", minimum=16, maximum=2000, default=160),
    ),
    sample={"config": {"file": "f1", "alt": {"zh": "面部分区图", "en": "Face zones"}}},
)
