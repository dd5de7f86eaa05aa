"""pages/: the menu, and what stands on each page of it."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import (
    AGGREGATES,
    FLAG,
    FORMULA,
    ICON,
    KEY,
    PATH,
    SORT,
    WORDS,
    array,
    closed,
    keyed,
    one_of,
)  # fmt: skip

PATHS = array(PATH, maxItems=30)

FILE = FileKind(
    kind="pages",
    one="page",
    zh="页面",
    en="Page",
    schema=closed(
        ("key", "name", "kind"),
        key=KEY,
        name=WORDS,
        icon=ICON,
        module=KEY,
        order={"type": "integer", "minimum": 0, "maximum": 100_000},
        group=WORDS,
        roles=array(KEY, maxItems=100),
        kind=one_of("workbench", "views", "record", "link", "dashboard"),
        form=KEY,
        url={"type": "string", "pattern": "^(https?://|/)[^\\s]{0,500}$"},
        dashboard=KEY,
        tabs=keyed(
            closed(
                ("key", "form"),
                key=KEY,
                name=WORDS,
                form=KEY,
                view=KEY,
                roles=array(KEY, maxItems=100),
                icon=ICON,
            )
        ),
        today=keyed(
            closed(
                ("key", "form"),
                key=KEY,
                form=KEY,
                filter=FORMULA,
                name=WORDS,
                columns=PATHS,
                sort=array(SORT, maxItems=3),
                limit={"type": "integer", "minimum": 1, "maximum": 100},
                roles=array(KEY, maxItems=100),
                add=FLAG,
            )
        ),
        numbers=keyed(
            closed(
                ("key", "form", "name"),
                key=KEY,
                form=KEY,
                filter=FORMULA,
                name=WORDS,
                aggregate=AGGREGATES,
                field=KEY,
                roles=array(KEY, maxItems=100),
            )
        ),
    ),
)
