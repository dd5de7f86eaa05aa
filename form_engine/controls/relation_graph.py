"""Relation graph (关系图): who brought whom, who belongs to whom."""

from engine.schema import KEY, array, closed
from form_engine.controls._settings import setting, whole
from form_engine.controls._virtual import Virtual

CONTROL = Virtual(
    kind="relation_graph",
    zh="关系图",
    en="Relation graph",
    group="relation",
    icon="share-alt",
    config_schema=closed(
        by=setting("通过字段", "Linked by", array(KEY, minItems=1, maxItems=10)),
        depth=whole("层数", "Depth", minimum=1, maximum=4, default=2),
    ),
    sample={"config": {"by": ["referrer_id"]}},
)
