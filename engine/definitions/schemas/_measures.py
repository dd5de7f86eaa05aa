"""Measures and what they go by, as forms, metrics and reports write them."""

from engine.definitions.schemas._parts import (
    DURATION,
    FLAG,
    FORMULA,
    KEY,
    PATH,
    WORDS,
    array,
    closed,
    either,
    keyed,
    map_of,
    one_of,
)
from engine.schema import Schema

NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,6}$"}
"""A measure, a fact or a field of one: `lead.count`, `bill.payments.amount.sum`, `lead.customer_id.channel_id`."""
FIELD_PATH: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,5}$"}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
PERIOD: Schema = either(
    {"type": "string", "minLength": 3, "maxLength": 60}, closed((), **{"from": DAY, "to": DAY})
)
BUCKET: Schema = one_of(
    "hour",
    "day",
    "week",
    "xun",
    "month",
    "quarter",
    "half",
    "year",
    "fiscal_quarter",
    "fiscal_year",
    "weekday",
    "hour_of_day",
    "month_of_year",
    "day_of_month",
)
NUMBER: Schema = {"type": ["number", "string"]}
BINS: Schema = closed(
    (),
    width=NUMBER,
    **{"from": NUMBER},
    edges=array(NUMBER, minItems=1, maxItems=100),
    labels=array(WORDS, maxItems=101),
    quantiles={"type": "integer", "minimum": 2, "maximum": 20},
)
ATTRIBUTE: Schema = closed(
    ("model", "touches", "by", "to"),
    model=one_of("first", "last", "linear"),
    touches=KEY,
    by=FIELD_PATH,
    to=array(KEY, minItems=1, maxItems=10),
    until=FIELD_PATH,
)
END: Schema = either(FIELD_PATH, closed(("stage",), stage=KEY, history=KEY))
BETWEEN: Schema = closed(("from", "to"), **{"from": END}, to=END, clock=one_of("wall", "open"))
"""How long something took: from an instant, or the arrival at a stage, to another; on the wall or in opening hours."""
MEASURE: Schema = closed(
    ("key",),
    key=KEY,
    name=WORDS,
    form=NAME,
    of=NAME,
    aggregate=one_of(
        "count", "count_distinct", "sum", "avg", "min", "max", "median", "p90", "first", "last", "rate"
    ),
    value=FORMULA,
    filter=FORMULA,
    among=FORMULA,
    date=FIELD_PATH,
    formula=FORMULA,
    show=one_of("share", "share_of_parent", "running", "rank"),
    format=one_of("number", "integer", "money", "percent", "duration"),
    unit=WORDS,
    good=one_of("up", "down"),
    as_of=either(FLAG, one_of("now")),
    past=FORMULA,
    trailing=DURATION,
    min_n={"type": "integer", "minimum": 1, "maximum": 100_000},
    synonyms=array({"type": "string", "minLength": 1, "maxLength": 60}, maxItems=30),
    attribute=ATTRIBUTE,
    spread=FLAG,
    maturity=DURATION,
    goal=KEY,
    between=BETWEEN,
    per=closed(
        ("of",), of=FIELD_PATH, days={"type": "integer", "minimum": 2, "maximum": 3650}, silent=DURATION
    ),
    within_minutes={"type": "integer", "minimum": 1, "maximum": 1_000_000},
)
ROLES: Schema = map_of(FIELD_PATH)
MEASURES: Schema = keyed(MEASURE, maxItems=100)
FACTS: Schema = map_of(closed((), date=FIELD_PATH, roles=ROLES, measures=MEASURES))
"""What sub-tables are as facts of their own."""

GOALS: Schema = closed(
    ("metric", "amount", "level", "levels"),
    metric=KEY,
    amount=KEY,
    level=KEY,
    levels=map_of(array(PATH, maxItems=10)),
    actual=KEY,
    measures=map_of(either(NAME, map_of(NAME))),
    below=map_of(closed((), filter=FORMULA, branch=KEY, user=KEY, lead=KEY)),
)
"""What the fields of a form of targets mean; `levels`: level → the shared dimensions it is by; `actual`: the field that
is filled with what `measures` (metric → measure, or level → measure) came to; `below`: level → who takes part when a target is dealt out: a filter over the form that
its targets name, and that form's fields that say at which branch somebody is, who of the users it is, and to whom he reports."""

__all__ = [
    "BINS",
    "BUCKET",
    "FACTS",
    "FIELD_PATH",
    "GOALS",
    "MEASURE",
    "MEASURES",
    "NAME",
    "PATH",
    "PERIOD",
    "ROLES",
]
