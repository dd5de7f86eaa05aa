"""Tree select (树形选择): a record of a form that forms a tree."""

from engine.schema import closed
from form_engine.controls._links import Link, linking
from form_engine.controls._settings import flag, key_of

CONTROL = Link(
    kind="treeselect",
    zh="树形选择",
    en="Tree select",
    group="choice",
    icon="apartment",
    operators="H",
    config_schema=closed(
        ("to", "parent"),
        **linking(),
        parent=key_of("上级字段", "Parent field", "field"),
        leaf_only=flag("只能选末级", "Last level only"),
    ),
    sample={
        "config": {"to": "category", "parent": "parent_id"},
        "valid": ["0198c0de-0000-7000-8000-000000000001"],
        "invalid": [["a"], 7],
    },
)
