"""segments/: groups of records that meet a condition, such as customers asleep for half a year."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import FORMULA, KEY, WORDS, array, closed, one_of

FILE = FileKind(
    kind="segments",
    one="segment",
    zh="分群",
    en="Segment",
    schema=closed(
        ("key", "name", "form", "filter"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        module=KEY,
        form=KEY,
        filter=FORMULA,
        refresh=one_of("live", "hourly", "nightly"),
        roles=array(KEY, maxItems=100),
    ),
)
