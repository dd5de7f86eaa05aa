"""flows/: what happens by itself. The settings of each node and trigger belong to their kinds."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import FLAG, FORMULA, KEY, TEXT, WORDS, closed, keyed, one_of

# Open below `kind`: the flow engine checks nodes and triggers with the schemas of their own kinds.
NODE = {"type": "object", "properties": {"key": KEY, "kind": KEY, "name": WORDS}, "required": ["key", "kind"]}
TRIGGER = {
    "type": "object",
    "properties": {"kind": KEY, "form": KEY, "when": FORMULA},
    "required": ["kind"],
}

POSITIVE = {"type": "integer", "minimum": 1, "maximum": 10000}
VARIABLE = closed(
    ("key", "type"),
    key=KEY,
    name=WORDS,
    type=one_of(
        "number",
        "text",
        "bool",
        "date",
        "datetime",
        "time",
        "duration",
        "person",
        "people",
        "record",
        "records",
        "list",
        "json",
    ),
    form=KEY,
    default=FORMULA,
    given=FLAG,
)

FILE = FileKind(
    kind="flows",
    one="flow",
    zh="流程",
    en="Flow",
    schema=closed(
        ("key", "name", "trigger", "start", "nodes"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        module=KEY,
        trigger=TRIGGER,
        triggers=keyed({**TRIGGER, "required": ["key", "kind"]}),
        once_per=FORMULA,
        if_gone=one_of("go_on", "withdraw"),
        start=KEY,
        nodes=keyed(NODE, minItems=1, maxItems=2000),
        title=FORMULA,
        variables=keyed(VARIABLE),
        journey=closed(
            ("segment",),
            segment=KEY,
            again=one_of("never", "after_end", "always"),
            gap=TEXT,
            most=POSITIVE,
            leaves=FLAG,
            control={"type": "integer", "minimum": 0, "maximum": 90},
            control_again=one_of("same", "drawn"),
            goal=FORMULA,
            goal_since={"type": "array", "items": KEY, "minItems": 1, "uniqueItems": True},
            cap=closed(("messages", "days"), messages=POSITIVE, days=POSITIVE),
        ),
        off=FLAG,
    ),
)
