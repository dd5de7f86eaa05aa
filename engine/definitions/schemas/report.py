"""reports/: a question to the data, and the chart that answers it."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import (
    ANY_OBJECT,
    DURATION,
    FLAG,
    FORMULA,
    KEY,
    WORDS,
    array,
    closed,
    either,
    map_of,
    one_of,
)  # fmt: skip

NAME = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,3}$"}
MEASURE = closed(
    ("key",),
    key=KEY,
    name=WORDS,
    of=NAME,
    formula=FORMULA,
    format=one_of("number", "integer", "money", "percent", "duration"),
    good=one_of("up", "down"),
    filter=FORMULA,
    attribute=closed((), to=NAME, model=KEY, within=DURATION),
    goal=FORMULA,
)
DIMENSION = closed(
    (), key=KEY, name=WORDS, role=KEY, field=NAME, bucket=KEY, top={"type": "integer", "minimum": 1}
)

FILE = FileKind(
    kind="reports",
    one="report",
    zh="报表",
    en="Report",
    schema=closed(
        ("key", "name", "kind"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        module=KEY,
        kind=KEY,
        form=KEY,
        measures=array(either(NAME, MEASURE), maxItems=50),
        by=array(either(NAME, DIMENSION), maxItems=6),
        filter=FORMULA,
        sort=array({"type": "string", "maxLength": 200}, maxItems=5),
        limit={"type": "integer", "minimum": 1, "maximum": 100_000},
        maturity=DURATION,
        compare=array(one_of("previous_period", "previous_month", "previous_year", "goal"), maxItems=4),
        totals=FLAG,
        chart={"type": "object", "properties": {"kind": KEY}, "required": ["kind"]},
        drill=array(KEY, maxItems=10),
        steps=array(ANY_OBJECT, maxItems=50),
        settings=map_of({}),
        roles=array(KEY, maxItems=100),
    ),
)
