"""Pick and copy (选择数据): a link whose fields are copied into this record when picked."""

from engine.schema import KEY, array, closed
from form_engine.controls._links import Link, linking
from form_engine.controls._settings import PATH, pick, setting

COPY = closed(("from", "to"), **{"from": PATH}, to=KEY)
CONTROL = Link(
    kind="pick_copy",
    zh="选择数据(填充)",
    en="Pick and copy",
    icon="copy",
    config_schema=closed(
        ("to", "copies"),
        **linking(),
        copies=setting("填充", "Copies", array(COPY, minItems=1, maxItems=60)),
        overwrite=pick("已有内容", "Where filled already", "ask", "keep", "replace", default="replace"),
    ),
    sample={
        "config": {"to": "service_item", "copies": [{"from": "list_price", "to": "price"}]},
        "valid": ["0198c0de-0000-7000-8000-000000000001"],
        "invalid": [["a"], 7],
    },
)
