"""A report as a note for a chat group: a few lines a figure, in plain markdown, never longer than the group takes."""

from collections.abc import Iterator

from engine.text import Words, say
from report_engine.drawing.numbers import CALENDAR, full, signed
from report_engine.drawing.reading import changes, dimensions, label, measures
from report_engine.exporting.book import AS_OF, EMPTY, Book, Part, grand
from report_engine.table import Cell, Table

MOST_LINES = 5
MOST_NUMBERS = 3
MORE: Words = {"zh": "……共 {count} 行", "en": "… {count} lines in all"}
REST: Words = {"zh": "……其余见看板", "en": "… the rest is on the dashboard"}
PLAIN = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "＇", "_": "＿", "@": "＠", "#": "＃"}
)
"""Names come from outside: in a chat they may neither mention anybody nor be taken for links."""


def note(book: Book, most_bytes: int, link: str = "") -> str:
    """Return what a book says in few words. `link`: where to read on."""
    head = [f"{name}：{text}" if name else text for name, text in book.told]
    head.append(f"{say(AS_OF, book.lang)} {book.as_of(book.parts[0])}" if book.parts else "")
    lines = [_plain(line) for line in head if line]
    tail = [link] if link else []
    room = most_bytes - len("\n".join(tail).encode()) - len(say(REST, book.lang).encode()) - 2
    for part in book.parts:
        made = [f"**{_plain(part.name)}**", *(_plain(line) for line in _said(part, book.lang))]
        if len("\n".join([*lines, "", *made]).encode()) > room:
            lines.append(say(REST, book.lang))
            break
        lines += ["", *made]
    return "\n".join([*lines, *tail])


def _plain(text: str) -> str:
    return " ".join(text.translate(PLAIN).split())


def _said(part: Part, lang: str) -> Iterator[str]:
    if part.text:
        yield part.text
    for problem in part.problems:
        yield problem.message(lang)
    if part.table is None:
        return
    if not part.table.rows:
        yield say(EMPTY, lang)
        return
    keys = dimensions(part.table)
    whole = grand(part.table)
    if whole:
        yield "，".join(_numbers(part.table, whole[0], lang))
    if whole and part.chart == "kpi":
        return
    # Of days and months the last ones matter, of all else the first.
    is_time = bool(keys) and keys[0].format in CALENDAR
    for row in part.table.rows[-MOST_LINES:] if is_time else part.table.rows[:MOST_LINES]:
        name = " · ".join(label(part.table, one, row[part.table.at(one.key)], lang) for one in keys)
        numbers = "，".join(_numbers(part.table, row, lang))
        yield f"- {name}：{numbers}" if name else numbers
    if len(part.table.rows) > MOST_LINES:
        yield say(MORE, lang).format(count=len(part.table.rows))


def _numbers(table: Table, row: tuple[Cell, ...], lang: str) -> Iterator[str]:
    shown = measures(table)[:MOST_NUMBERS]
    for one in shown:
        value = full(row[table.at(one.key)], one.format, lang)
        change = next((c for c in changes(table, one.key) if c.key.endswith(".change")), None)
        moved = row[table.at(change.key)] if change is not None else None
        said = f"（{signed(moved, change.format, lang)}）" if change is not None and moved is not None else ""
        yield (
            f"{say(one.name, lang)} {value}{said}"
            if len(shown) > 1 or not dimensions(table)
            else f"{value}{said}"
        )


__all__ = ["note"]
