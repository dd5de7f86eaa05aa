"""Link (关联记录): one record of another form, or several."""

from engine.schema import KEY, array, closed
from form_engine.controls._links import Link, linking
from form_engine.controls._settings import setting

CONTROL = Link(
    kind="link",
    zh="关联记录",
    en="Link",
    icon="link",
    config_schema=closed(
        ("to",),
        **linking(),
        detail=setting("选择时显示", "Shown when choosing", array(KEY, maxItems=4)),
    ),
    sample={
        "config": {"to": "customer", "multiple": True, "max_count": 2},
        "valid": [["0198c0de-0000-7000-8000-000000000001"]],
        "invalid": [7, ["a", "a"], ["a", "b", "c"]],
    },
)
