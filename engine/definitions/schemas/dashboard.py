"""dashboards/: reports side by side, with filters they share."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import FLAG, KEY, LEVELS, TEXT, WORDS, array, closed, keyed, one_of

GRID = {"type": "integer", "minimum": 0, "maximum": 1000}

FILE = FileKind(
    kind="dashboards",
    one="dashboard",
    zh="看板",
    en="Dashboard",
    schema=closed(
        ("key", "name", "cells"),
        key=KEY,
        name=WORDS,
        module=KEY,
        order={"type": "integer", "minimum": 0, "maximum": 100_000},
        icon={"type": "string", "maxLength": 40},
        levels=array(LEVELS),
        roles=array(KEY, maxItems=100),
        filters=keyed(closed(("key", "role"), key=KEY, name=WORDS, role=KEY, default=TEXT)),
        cells=keyed(
            closed(
                ("key", "at"),
                key=KEY,
                name=WORDS,
                report=KEY,
                text=WORDS,
                panel=one_of("alerts"),
                form=KEY,
                aloof=FLAG,
                at=array(GRID, minItems=4, maxItems=4),
                click={"type": "string", "pattern": "^(filter|drill|open):[a-z0-9_.]{1,100}$"},
            )
        ),
    ),
)
