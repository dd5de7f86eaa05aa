"""Sub-form (一对一子表单): one child with fields of its own."""

from engine.schema import closed
from form_engine.controls._rows import Rows
from form_engine.controls._settings import FIELD, many, whole

CONTROL = Rows(
    kind="subform",
    zh="子表单(一对一)",
    en="Sub-form",
    icon="container",
    config_schema=closed(
        ("fields",),
        fields=many("字段", "Fields", FIELD, minItems=1, maxItems=60),
        max_rows=whole("行数", "Rows", minimum=1, maximum=1, default=1),
    ),
    sample={
        "config": {"fields": [{"key": "bed", "control": "text", "label": {"zh": "床位", "en": "Bed"}}]},
        "valid": [[{"bed": "3"}]],
        "invalid": [[{"bed": "3"}, {"bed": "4"}], "x"],
    },
)
