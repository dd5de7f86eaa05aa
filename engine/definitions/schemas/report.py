"""reports/: a question to the data, and the chart that answers it."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._measures import BINS, BUCKET, MEASURE, NAME, PERIOD
from engine.definitions.schemas._parts import (
    ANY_OBJECT,
    DURATION,
    FLAG,
    FORMULA,
    KEY,
    PATH,
    WORDS,
    array,
    closed,
    either,
    map_of,
    one_of,
)  # fmt: skip

DIMENSION = closed(
    (),
    key=KEY,
    name=WORDS,
    role=PATH,
    field=NAME,
    maps=map_of(PATH, NAME["pattern"]),
    bucket=BUCKET,
    bins=BINS,
    repeat=FLAG,
    level={"type": "integer", "minimum": 1, "maximum": 6},
    top={"type": "integer", "minimum": 1, "maximum": 1000},
    top_by=NAME,
    other=WORDS,
    fill=FLAG,
)
COMPARE = one_of(
    "previous_period", "previous_month", "previous_year", "same_weekdays", "spring_festival", "goal"
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
        order={"type": "integer", "minimum": 0, "maximum": 100_000},
        group=WORDS,
        kind=KEY,
        form=NAME,
        measures=array(either(NAME, MEASURE), maxItems=50),
        by=array(either(NAME, DIMENSION), maxItems=6),
        period=PERIOD,
        filter=FORMULA,
        having=FORMULA,
        sort=array({"type": "string", "maxLength": 200}, maxItems=5),
        limit={"type": "integer", "minimum": 1, "maximum": 100_000},
        maturity=DURATION,
        compare=array(COMPARE, maxItems=4),
        totals=either(FLAG, one_of("all"), array(either(NAME, array(NAME, maxItems=6)), maxItems=40)),
        pivot=closed((), rows=array(NAME, maxItems=6), columns=array(NAME, maxItems=6)),
        fill=one_of("zero", "blank", "none"),
        chart={"type": "object", "properties": {"kind": KEY}, "required": ["kind"]},
        drill=array(KEY, maxItems=10),
        steps=array(ANY_OBJECT, maxItems=50),
        settings=map_of({}),
        roles=array(KEY, maxItems=100),
        nightly=FLAG,
        sees=one_of("totals"),
    ),
)
