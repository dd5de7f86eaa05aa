"""metrics/: numbers that go over several forms, named once and used everywhere."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._measures import MEASURE
from engine.definitions.schemas._parts import KEY, WORDS, closed

FILE = FileKind(
    kind="metrics",
    one="metric",
    zh="指标",
    en="Metric",
    schema=closed(
        ("key", "name"), **{**MEASURE["properties"], "module": KEY, "description": WORDS, "report": KEY}
    ),
)
