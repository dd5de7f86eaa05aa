"""module.json: a part that several templates share."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import KEY, WORDS, array, closed, map_of

FILE = FileKind(
    kind="module",
    one="module",
    zh="模块",
    en="Module",
    schema=closed(
        ("key", "name"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        needs=array(KEY, maxItems=50),
        words=map_of(WORDS),
    ),
)
