"""A book as typst's pages: what stands where, in which words. The drawings are the charts' own.

Words that people wrote are handed over as data, never as text of the page's program; there is nothing but the fonts that it
may read.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.escaping import cleaned
from engine.problems import Code, Rejected
from engine.text import Words, say
from report_engine.chart import CHARTS
from report_engine.charts.crosstab import Crosstab
from report_engine.charts.table import cell
from report_engine.drawing.foretelling import proof
from report_engine.drawing.numbers import BLANK, NUMERIC
from report_engine.drawing.palette import ink
from report_engine.drawing.reading import label
from report_engine.exporting.book import CUT, EMPTY, TOTAL, Book, Part, first_dimension, grand
from report_engine.exporting.kinds.xlsx import shown
from report_engine.table import Table

NO_FONT = Code(
    "export.no_font",
    zh="这台服务器没有中文字体，无法生成 PDF 或图片",
    en="This server has no Chinese font, so neither PDF nor pictures can be made",
    hint_zh="安装 fonts-noto-cjk，或把一个中文字体文件放进数据目录的 fonts 文件夹；现在可以先导出 xlsx",
    hint_en="Install fonts-noto-cjk, or put a font file into the folder “fonts” of the data folder; xlsx works without",
)
FONTS = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
    "SimSun",
    "STHeiti",
)
"""Fonts that write Chinese, the first that is there is taken."""
PLAIN_FONTS = ("Liberation Sans", "DejaVu Sans", "Libertinus Serif")
A4 = (210, 297)
PICTURE_MM = 280
MOST_ROWS_ALONE, MOST_ROWS_BESIDE, MOST_ROWS_PICTURE = 1000, 40, 60
MOST_COLUMNS = 14
MANY_COLUMNS = 7
"""Beyond these, no column may take what the others leave: there is nothing left."""
ACROSS = 24
"""Columns of a dashboard's grid."""
CARDS_ON_A_LINE = 4
ELSE: Words = {"zh": "另有注明的除外", "en": "unless said otherwise"}
PROGRAM = Path(__file__).with_name("page.typ")


@lru_cache(maxsize=4)
def fonts_of(folder: Path | None) -> tuple[Any, str | None]:
    """Return the machine's fonts with those of a folder, and the first that writes Chinese."""
    import typst

    own = [str(folder)] if folder is not None and folder.is_dir() else []
    fonts = typst.Fonts(font_paths=own)
    known = set(fonts.families())
    found = next((one for one in FONTS if one in known), None)
    if found is None and own:
        # Whoever put a font there means it to be used.
        found = next((one.family for one in fonts.fonts() if one.path and str(folder) in one.path), None)
    return fonts, found


_ONE_AT_A_TIME = threading.Lock()


def compiled(book: Book, form: str, folder: Path | None) -> bytes:
    """Return a book as `pdf` or as one `png`. Rejected where Chinese is to be written and there is no font for it."""
    import typst

    fonts, family = fonts_of(folder)
    laid = layout(book, is_picture=form == "png")
    text = json.dumps(laid, ensure_ascii=False)
    if family is None and any("\u2e80" <= letter <= "\u9fff" for letter in text):
        raise Rejected(NO_FONT.at(""))
    laid["fonts"] = [family, *PLAIN_FONTS] if family else list(PLAIN_FONTS)
    # One page at a time: setting a long one takes memory.
    with _ONE_AT_A_TIME:
        compiler = typst.Compiler(font_paths=fonts)
        inputs = {"data": json.dumps(laid, ensure_ascii=False)}
        made = compiler.compile(
            PROGRAM.read_bytes(),
            format=form,  # type: ignore[arg-type]
            ppi=144,
            sys_inputs=inputs,
            timestamp=int(book.made_at.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


def layout(book: Book, *, is_picture: bool = False) -> dict[str, Any]:
    """Return what stands on the pages."""
    is_alone = len(book.parts) == 1
    # A dashboard is as wide as a screen; a report stands upright while its columns fit.
    is_wide = not is_alone or _columns(book.parts[0]) > 7
    width, height = (A4[1], A4[0]) if is_wide else A4
    most = MOST_ROWS_PICTURE if is_picture else MOST_ROWS_ALONE if is_alone else MOST_ROWS_BESIDE
    first = book.parts[0] if is_alone else None
    usual = book.told or _usual(book)
    return {
        "name": _clean(book.name),
        "reader": _clean(book.reader),
        "made": _clean(book.made),
        "lang": book.lang,
        "paper": {"width": PICTURE_MM if is_picture else width, "height": None if is_picture else height},
        "said": _pairs([*dict.fromkeys([*(first.told if first else ()), *usual]), *_as_of(book)]),
        "lines": [
            {
                "parts": [_part(book, one, most, usual, is_alone=is_alone) for one, _ in line],
                "rest": ACROSS // line[0][1] - len(line),
            }
            for line in lines(book.parts, is_alone=is_alone)
        ],
    }


def lines(parts: Sequence[Part], *, is_alone: bool) -> Iterator[list[tuple[Part, int]]]:
    """Yield the parts line by line with their widths, as on the dashboard: cards four together, narrow figures in pairs.

    A figure that would stand alone in its half has the next narrow one beside it, so that no half of a page is left empty.
    """
    ordered = sorted(parts, key=lambda one: (one.at[1], one.at[0]))
    left = [(one, ACROSS if is_alone else _share(one)) for one in ordered]
    while left:
        line = [left.pop(0)]
        share = line[0][1]
        at = 0
        while share * (len(line) + 1) <= ACROSS and at < len(left):
            if left[at][1] == share:
                line.append(left.pop(at))
            elif share < ACROSS // 2:
                # Lines hold figures of one size: a card beside a chart would leave a hole below it.
                break
            else:
                at += 1
        yield line


def _share(part: Part) -> int:
    if part.chart == "kpi":
        return ACROSS // CARDS_ON_A_LINE
    if part.chart in ("table", "crosstab") or part.table is None or not _is_drawn(part):
        return ACROSS
    return ACROSS // 2 if part.at[2] <= ACROSS // 2 else ACROSS


def _is_drawn(part: Part) -> bool:
    """Tell whether a part's chart can be put on paper; its rows need the whole width."""
    return part.table is None or not part.table.rows or _drawing(part, "en") is not None


def _as_of(book: Book) -> Iterator[tuple[str, str]]:
    from report_engine.exporting.book import AS_OF

    if book.parts:
        yield say(AS_OF, book.lang), book.as_of(book.parts[0])


def _columns(part: Part) -> int:
    return len(shown(part.table)) if part.table is not None else 0


def _usual(book: Book) -> list[tuple[str, str]]:
    """Return what most parts of a book are about; what differs says so itself."""
    told = Counter(tuple(part.told) for part in book.parts)
    if len(book.parts) < 2 or not told:
        return []
    words, count = told.most_common(1)[0]
    return [*words, ("", say(ELSE, book.lang))] if words and count > 1 else []


def _part(
    book: Book, part: Part, most: int, usual: Sequence[tuple[str, str]], *, is_alone: bool
) -> dict[str, Any]:
    table, lang = part.table, book.lang
    drawing = _drawing(part, lang) if table is not None and table.rows else None
    # A card without a number is a card still: its columns side by side would say nothing in that little room.
    is_blank_card = part.chart == "kpi" and drawing is None and not is_alone
    has_rows = table is not None and bool(table.rows) and (drawing is None or is_alone) and not is_blank_card
    notes: list[str] = []
    rows = None
    if table is not None and has_rows:
        rows = _crosstab(part, lang) if part.chart == "crosstab" else None
        rows = rows or _rows(table, lang, most)
        if len(table.rows) > most and part.chart != "crosstab":
            notes.append(say(CUT, lang).format(most=most, all=len(table.rows)))
    if table is not None and not table.rows:
        notes.append(say(EMPTY, lang))
    notes += proof(table, lang) if table is not None else []
    notes += [one.message(lang) for one in (table.warnings if table else ()) if hasattr(one, "message")]
    return {
        # A card has its name in the drawing, a report by itself in the heading.
        "name": "" if is_alone or (part.chart == "kpi" and drawing) else _clean(part.name),
        "said": [] if is_alone else _pairs(part.told if any(one not in usual for one in part.told) else ()),
        "problems": [_clean(f"{one.message(lang)} {one.hint(lang)}") for one in part.problems],
        "text": BLANK if is_blank_card and not part.problems else _clean(part.text),
        "drawing": drawing,
        "share": 0.4
        if is_alone and part.chart == "kpi"
        else 1.0
        if is_alone or _share(part) < ACROSS
        else 0.7,
        "rows": rows,
        "notes": [_clean(one) for one in dict.fromkeys(notes)],
    }


def _drawing(part: Part, lang: str) -> str | None:
    if part.table is None or part.chart not in CHARTS or part.chart in ("table", "crosstab"):
        return None
    chart = CHARTS.get(part.chart)
    made = chart.svg(chart.settings(part.config, part.table), part.table, lang)
    return cleaned(made) if made is not None else None


def _rows(table: Table, lang: str, most: int) -> dict[str, Any]:
    # Flags are told below the table; here they would only take the room of numbers.
    columns = [one for one in shown(table) if one.role != "mark"][:MOST_COLUMNS]
    head = [
        {"text": _clean(say(one.name, lang)), "span": 1, "deep": 1, "right": one.format in NUMERIC}
        for one in columns
    ]
    body = []
    for row in table.rows[:most]:
        body.append([_cell(table, at, row, lang, is_total=False) for at in columns])
    first = first_dimension(columns)
    for row in grand(table):
        line = [_cell(table, at, row, lang, is_total=True) for at in columns]
        for at, one in enumerate(columns):
            if one.role == "dimension":
                line[at]["text"] = say(TOTAL, lang) if at == first else ""
        body.append(line)
    size = 9 if len(columns) <= 7 else 8 if len(columns) <= 10 else 7
    is_tight = len(columns) > MANY_COLUMNS
    widths = ["auto" if one.format in NUMERIC or is_tight else 1 for one in columns]
    return {"head": [head], "body": body, "columns": widths, "size": size}


def _cell(table: Table, one: Any, row: Sequence[Any], lang: str, *, is_total: bool) -> dict[str, Any]:
    if one.role == "dimension":
        made: Mapping[str, Any] = {"text": label(table, one, row[table.at(one.key)], lang)}
    else:
        made = cell(table, one, tuple(row), lang)
    colour = made.get("colour")
    return {
        "text": _clean(str(made["text"])),
        "right": one.format in NUMERIC,
        "bold": is_total,
        "colour": ink(colour) if colour else None,
    }


def _crosstab(part: Part, lang: str) -> dict[str, Any] | None:
    chart = CHARTS.get("crosstab")
    assert isinstance(chart, Crosstab)
    assert part.table is not None
    made = chart.figure(chart.settings(part.config, part.table), part.table, lang)
    if made.get("empty"):
        return None
    sides = int(made["side_columns"])
    corner = " / ".join([*made["corner"]["rows"], *made["corner"]["columns"]])
    head = [
        [
            {"text": _clean(one["text"]), "span": one["span"], "deep": one["deep"], "right": True}
            for one in level
        ]
        for level in made["head"]
    ]
    head[0].insert(0, {"text": _clean(corner), "span": sides, "deep": len(head), "right": False})
    body = []
    for line in made["body"]:
        side = [
            {
                "text": _clean(one["text"]),
                "right": False,
                "bold": line["total"],
                "colour": None,
                "deep": one["span"],
                "span": one["deep"],
            }
            for one in line["side"]
        ]
        cells = [
            {
                "text": _clean(one["text"]),
                "right": True,
                "bold": line["total"] or bool(one.get("total")),
                "colour": None,
            }
            for one in line["cells"]
        ]
        body.append([*side, *cells])
    across = len(made["body"][0]["cells"]) if made["body"] else 0
    size = 9 if across <= 7 else 7.5 if across <= 13 else 6
    return {"head": head, "body": body, "columns": [*["auto"] * sides, *[1] * across], "size": size}


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[_clean(heading), _clean(words)] for heading, words in pairs]


def _clean(text: str) -> str:
    return cleaned(text)[:2000]
