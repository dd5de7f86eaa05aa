"""Related list (关联列表): the records of another form that link here."""

from engine.schema import KEY, array, closed
from form_engine.controls._settings import expression, flag, key_of, setting
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="related_list",
    zh="关联列表",
    en="Related list",
    group="relation",
    icon="bars",
    config_schema=closed(
        ("form", "by"),
        form=key_of("表单", "Form", "form"),
        by=key_of("通过字段", "Linked by", "field"),
        filter=expression("条件", "Only where"),
        columns=setting("列", "Columns", array(KEY, maxItems=20)),
        add=flag("可新建", "Add button", True),
    ),
    sample={"config": {"form": "bill", "by": "customer_id"}},
)
