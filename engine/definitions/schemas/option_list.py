"""lists/: named option lists that several fields share."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import KEY, OPTION, WORDS, closed, keyed, one_of

FILE = FileKind(
    kind="lists",
    one="list",
    zh="选项表",
    en="Option list",
    schema=closed(
        ("key", "name", "options"),
        key=KEY,
        name=WORDS,
        module=KEY,
        names=one_of("forms", "metrics", "reports", "dashboards"),
        options=keyed(OPTION, minItems=1, maxItems=20_000),
    ),
)
