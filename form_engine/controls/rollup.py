"""Rollup (汇总): a count, sum or latest of the records that link here."""

from engine.schema import closed
from form_engine.controls._computed import Computed, showing
from form_engine.controls._settings import expression, key_of, pick

CONTROL = Computed(
    kind="rollup",
    zh="汇总",
    en="Rollup",
    icon="sum",
    config_schema=closed(
        ("of", "aggregate"),
        of=key_of("汇总的表单", "Records of", "form"),
        by=key_of("通过字段", "Linked by", "field"),
        mine=key_of("等于本表字段", "Equal to my field", "field"),
        aggregate=pick(
            "方式",
            "Aggregate",
            "count",
            "count_distinct",
            "sum",
            "avg",
            "min",
            "max",
            "first",
            "last",
            "exists",
        ),
        field=key_of("字段", "Field", "field"),
        where=expression("条件", "Where"),
        sort=key_of("按字段取首末", "First and last by", "field"),
        **showing(),
    ),
    sample={"config": {"of": "bill", "by": "customer_id", "aggregate": "sum", "field": "paid"}},
)
