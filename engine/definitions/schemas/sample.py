"""sample/: example records, and the settings of the generator that makes more of them."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import FLAG, KEY, WORDS, array, closed, map_of

FILE = FileKind(
    kind="sample",
    one="sample",
    zh="示例数据",
    en="Sample data",
    schema=closed(
        ("key",),
        key=KEY,
        name=WORDS,
        module=KEY,
        form=KEY,
        order={"type": "integer", "minimum": 0},
        install=FLAG,
        records=array({"type": "object"}, maxItems=20_000),
        settings=map_of({}),
    ),
)
