"""prints/: how a record looks on paper."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import ANY_OBJECT, FORMULA, KEY, WORDS, array, closed, one_of

FILE = FileKind(
    kind="prints",
    one="print",
    zh="打印模板",
    en="Print template",
    schema=closed(
        ("key", "name", "form"),
        key=KEY,
        name=WORDS,
        module=KEY,
        form=KEY,
        paper=one_of("a4", "a5", "a6", "receipt_58", "receipt_80", "label"),
        landscape={"type": "boolean"},
        text={"type": "string", "maxLength": 200_000},
        blocks=array(ANY_OBJECT, maxItems=500),
        when=FORMULA,
        roles=array(KEY, maxItems=100),
    ),
)
