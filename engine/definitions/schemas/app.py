"""app.json: what an app is called, which modules it stands on, and what it changes in them."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import (
    COLOR,
    FLAG,
    ICON,
    KEY,
    LEVELS,
    TEXT,
    WORDS,
    array,
    closed,
    map_of,
    one_of,
)

VERSION = {"type": "string", "pattern": "^[0-9]{1,5}[.][0-9]{1,5}[.][0-9]{1,5}(-[a-z0-9.]{1,20})?$"}
MODULES = {"anyOf": [{"const": "all"}, array(KEY, maxItems=100)]}

FILE = FileKind(
    kind="app",
    one="app",
    zh="应用",
    en="App",
    schema=closed(
        ("key", "name", "version"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        version=VERSION,
        engine={"type": "string", "pattern": "^>=[0-9]{1,3}[.][0-9]{1,3}$"},
        icon=ICON,
        brand=closed(name=WORDS, color=COLOR, logo=TEXT),
        modules=array(KEY, maxItems=100),
        words=map_of(WORDS),
        profiles=map_of(
            closed((), name=WORDS, modules=MODULES, off=array(KEY, maxItems=200), levels=array(LEVELS))
        ),
        profile=KEY,
        powers=array(one_of("public_form", "webhook_in", "webhook_out", "script", "messages", "files_out")),
        overlays={
            "type": "object",
            "propertyNames": {"type": "string", "pattern": "^[a-z]+/[a-z][a-z0-9_]{0,62}$"},
            "additionalProperties": {"type": "object"},
        },
        fiscal_year={"type": "integer", "minimum": 1, "maximum": 12},
        is_demo=FLAG,
    ),
)
