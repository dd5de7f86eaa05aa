"""forms/: what is recorded, how it behaves and how it is looked at."""

from collections.abc import Mapping
from typing import Any

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._measures import FACTS, FIELD_PATH, GOALS, MEASURES, ROLES
from engine.definitions.schemas._parts import (
    AGGREGATES,
    ANY_OBJECT,
    COLOR,
    FLAG,
    FORMULA,
    ICON,
    KEY,
    PATH,
    SETS,
    SORT,
    TOTALS,
    WORDS,
    array,
    closed,
    either,
    keyed,
    map_of,
    one_of,
)
from engine.schema import Schema

KEYS = array(KEY, maxItems=500)
PATHS = array(PATH, maxItems=200)
UNIQUE = either(
    {"const": True}, closed((), within=KEYS, message=WORDS, on_clash=one_of("refuse", "touch", "ask"))
)

FIELD_PROPERTIES: Mapping[str, Schema] = {
    "key": KEY,
    "control": KEY,
    "label": WORDS,
    "help": WORDS,
    "placeholder": WORDS,
    "required": FLAG,
    "required_if": FORMULA,
    "visible_if": FORMULA,
    "read_only": FLAG,
    "read_only_if": FORMULA,
    "default": {},
    "default_formula": FORMULA,
    "unique": UNIQUE,
    "mask": one_of("phone", "id", "med", "cost", "photo", "name", "none"),
    "sensitive": FLAG,
    "indexed": FLAG,
    "search": one_of("text", "name", "phone", "code"),
    "history": FLAG,
    "print": FLAG,
    "width": {"enum": [0.25, 0.33, 0.5, 0.67, 0.75, 1]},
    "column_width": {"type": "integer", "minimum": 40, "maximum": 1000},
    "on_hidden": one_of("keep", "clear"),
    "fhir": closed(
        (), system={"type": "string", "maxLength": 200}, code={"type": "string", "maxLength": 100}
    ),
}
"""Properties of every field; the control adds its own settings beside them."""

FIELD: Schema = {"type": "object", "properties": {"key": KEY, "control": KEY}, "required": ["key", "control"]}


def field_schema(settings: Mapping[str, Any]) -> Schema:
    """Return the closed schema of a field whose control has `settings` (the control's `config_schema`)."""
    required = ["key", "control", *settings.get("required", ())]
    # What the control says of a name wins: a control may narrow `default` or give it words of its own.
    schema = {**settings, "type": "object", "required": required, "additionalProperties": False}
    schema["properties"] = {**FIELD_PROPERTIES, **settings.get("properties", {})}
    return schema


RULE: Schema = {
    **closed(
        ("key",),
        key=KEY,
        name=WORDS,
        when=FORMULA,
        check=FORMULA,
        message=WORDS,
        at=PATH,
        lock=either({"const": True}, KEYS),
        unlock=KEYS,
        set=SETS,
        no_overlap=closed(("by", "start", "end"), by=KEYS, start=KEY, end=KEY, where=FORMULA, capacity=PATH),
        within=closed(
            ("of", "by", "start", "end", "day", "opens", "closes"),
            of=KEY,
            by=map_of(KEY),
            start=KEY,
            end=KEY,
            day=KEY,
            opens=KEY,
            closes=KEY,
            where=FORMULA,
            pauses=closed(("rows", "start", "end"), rows=KEY, start=KEY, end=KEY),
        ),
        found=closed(("in", "by"), by=map_of(KEY), where=FORMULA, **{"in": KEY}),
    ),
    "oneOf": [{"required": [one]} for one in ("check", "lock", "set", "no_overlap", "within", "found")],
    "dependentRequired": {"check": ["message"], "found": ["message"]},
}

SECTION: Schema = closed(
    ("items",),
    key=KEY,
    section=WORDS,
    columns={"type": "integer", "minimum": 1, "maximum": 4},
    folded=FLAG,
    visible_if=FORMULA,
    items=KEYS,
)

VIEW: Schema = closed(
    ("key", "kind", "name"),
    key=KEY,
    kind=one_of("table", "kanban", "calendar", "gallery", "tree", "board"),
    name=WORDS,
    filter=FORMULA,
    columns=PATHS,
    sort=array(SORT, maxItems=5),
    group=KEY,
    totals=TOTALS,
    by=KEY,
    card=PATHS,
    color_if=map_of(FORMULA, COLOR["pattern"]),
    color=KEY,
    start=KEY,
    end=KEY,
    title=PATH,
    resource=KEY,
    parent=KEY,
    image=KEY,
    frozen={"type": "integer", "minimum": 0, "maximum": 5},
    edit=FLAG,
    roles=KEYS,
    scale=one_of("day", "week", "month"),
)

TAB: Schema = closed(
    ("key", "kind"),
    key=KEY,
    kind=one_of("timeline", "form", "related", "fields"),
    name=WORDS,
    form=KEY,
    by=KEY,
    of=KEYS,
    columns=PATHS,
    sort=array(SORT, maxItems=5),
    filter=FORMULA,
    add=FLAG,
    items=PATHS,
    roles=KEYS,
    visible_if=FORMULA,
)

ACTION: Schema = closed(
    ("key", "name"),
    key=KEY,
    name=WORDS,
    icon=ICON,
    color=COLOR,
    visible_if=FORMULA,
    confirm=WORDS,
    ask=KEYS,
    set=SETS,
    create=closed(("form",), form=KEY, values=SETS),
    flow=KEY,
    print=FLAG,
    roles=KEYS,
)
"""`print`: puts the record on paper."""

NUMBER: Schema = closed(
    ("pattern",),
    pattern={"type": "string", "minLength": 1, "maxLength": 100},
    reset=one_of("never", "day", "month", "year"),
    gapless=FLAG,
)

ALIASES = array({"type": "string", "minLength": 1, "maxLength": 60}, maxItems=60)
SYNONYMS: Schema = {"type": "object", "maxProperties": 500, "additionalProperties": {}}
COLUMN: Schema = closed(
    (),
    aliases=ALIASES,
    clean=KEY,
    values=SYNONYMS,
    ranges=map_of(array({"type": ["number", "null"]}, minItems=2, maxItems=2), "^.{1,63}$"),
    find=KEYS,
    pending=FLAG,
    fallback={},
    keep=KEY,
    missing=one_of("told"),
)
IMPORT: Schema = closed(
    (),
    fields=map_of(COLUMN),
    extras=keyed(
        closed(
            ("key",),
            key=KEY,
            label=WORDS,
            aliases=ALIASES,
            clean=KEY,
            values=SYNONYMS,
            ranges=map_of(array({"type": ["number", "null"]}, minItems=2, maxItems=2), "^.{1,63}$"),
            find=KEYS,
            to=KEY,
            child=closed(
                ("form", "by", "field"),
                form=KEY,
                by=KEY,
                field=KEY,
                at=KEY,
                split=FLAG,
                text=WORDS,
                values=SYNONYMS,
            ),
        ),
        maxItems=50,
    ),
    match=array(array(KEY, minItems=1, maxItems=4), maxItems=8),
    defaults=SYNONYMS,
    touch=closed(("form", "by"), form=KEY, by=KEY, values=SYNONYMS),
)
"""How sheets are read into the form: header words, cleaners, synonyms of values, what finds an existing record."""

PUBLIC: Schema = closed(
    ("fields",),
    fields=KEYS,
    title=WORDS,
    intro=WORDS,
    thanks=WORDS,
    labels=map_of(WORDS),
    options=map_of(map_of(WORDS)),
    required=KEYS,
    link=KEYS,
    set=SETS,
    about=keyed(
        closed(("key", "label", "value"), key=KEY, label=WORDS, value=FORMULA, mask=KEY, words=map_of(WORDS)),
        maxItems=20,
    ),
    closed=keyed(closed(("key", "when", "message"), key=KEY, when=FORMULA, message=WORDS), maxItems=20),
)
"""The form by link. `link`: fields that whoever makes a link fills in for everybody who comes by it.

`about`: what the page of a link made for a message says of what it is about; `words`: by value, what is said for it (nothing
for others). `closed`: when such a page takes nothing in any more, and what it says instead; the first that holds.
"""

SPAN: Schema = {"type": "string", "minLength": 2, "maxLength": 40}
COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 100000}
POOL: Schema = closed(
    ("key", "name"),
    key=KEY,
    name=WORDS,
    owner=KEY,
    daily=COUNT,
    hold=COUNT,
    protect=SPAN,
    cooldown=SPAN,
    order=one_of("fifo", "score", "random"),
    score=KEY,
    view=KEY,
    done=FORMULA,
    on_enter=ANY_OBJECT,
    on_claim=ANY_OBJECT,
    recycle=keyed(
        closed(("key", "after", "since"), key=KEY, after=SPAN, since=KEY, where=FORMULA, warn=SPAN),
        maxItems=20,
    ),
)
"""Records without an owner that people take from, and what brings them back."""

FILE = FileKind(
    kind="forms",
    one="form",
    zh="表单",
    en="Form",
    schema=closed(
        ("key", "name", "fields"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        icon=ICON,
        module=KEY,
        number=NUMBER,
        title={**FORMULA},
        own_by=array(KEY, maxItems=20),
        **{"class": one_of("general", "personal", "medical")},
        append_only=FLAG,
        off=FLAG,
        system=map_of(
            closed((), label=WORDS, help=WORDS, required=FLAG, read_only=FLAG, default_formula=FORMULA)
        ),
        fields=keyed(FIELD, maxItems=400),
        rules=keyed(RULE),
        unique=keyed(
            closed(("key", "fields"), key=KEY, fields=array(KEY, minItems=1, maxItems=6), message=WORDS)
        ),
        layout=keyed(SECTION),
        views=keyed(VIEW),
        page=closed((), header=PATHS, banner=KEY, tabs=keyed(TAB), actions=keyed(ACTION), marked=FLAG),
        **{"import": IMPORT},
        public=PUBLIC,
        pools=keyed(POOL, maxItems=10),
        date=FIELD_PATH,
        roles=ROLES,
        measures=MEASURES,
        facts=FACTS,
        goals=GOALS,
        on_delete=map_of(one_of("restrict", "detach", "with_parent")),
    ),
)

__all__ = ["AGGREGATES", "ANY_OBJECT", "FIELD", "FIELD_PROPERTIES", "FILE", "field_schema"]
