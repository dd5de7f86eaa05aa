"""Picture choice (图片选择): one option, chosen by its picture."""

from engine.schema import closed
from form_engine.controls._choices import One
from form_engine.controls._settings import options, whole

CONTROL = One(
    kind="imagepicker",
    zh="图片选择",
    en="Picture choice",
    icon="picture",
    config_schema=closed(
        ("options",),
        options=options(),
        size=whole("图片边长", "Picture size", minimum=32, maximum=240, default=96),
    ),
    sample={
        "config": {
            "options": [
                {"key": "a", "label": {"zh": "甲", "en": "A"}},
                {"key": "b", "label": {"zh": "乙", "en": "B"}},
            ]
        },
        "valid": ["b"],
        "invalid": ["c"],
    },
)
