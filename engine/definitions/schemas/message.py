"""messages/: texts that go to people, per channel."""

from engine.definitions.schemas._kind import FileKind
from engine.definitions.schemas._parts import (
    FLAG,
    FORMULA,
    KEY,
    TEXT,
    WORDS,
    array,
    closed,
    either,
    map_of,
    one_of,
)

FILE = FileKind(
    kind="messages",
    one="message",
    zh="消息",
    en="Message",
    schema=closed(
        ("key", "name", "channels"),
        key=KEY,
        name=WORDS,
        description=WORDS,
        module=KEY,
        form=KEY,
        when=FORMULA,
        subject=WORDS,
        values=map_of(WORDS),
        urgent=FLAG,
        sensitive=array(KEY, maxItems=50),
        channels=map_of(either(WORDS, closed(("template",), template=TEXT, data=map_of(FORMULA)))),
        **{"class": one_of("safety", "care", "service", "marketing", "staff", "notice")},
    ),
)
