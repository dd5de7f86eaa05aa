"""The formats of files. A format is one file in `report_engine/exporting/kinds/` holding `FORMAT`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.registry import Registry
from report_engine.exporting.book import Book


@dataclass(frozen=True, slots=True)
class Format:
    """`write` puts a book into an open file; `fonts` is a folder with fonts of the house's own."""

    kind: str
    zh: str
    en: str
    mime: str
    write: Callable[[Book, IO[bytes], Path | None], None]
    suffix: Callable[[Book], str]


FORMATS: Registry[Format] = Registry(
    "report_engine.exporting.kinds", "FORMAT", {"zh": "导出格式", "en": "export format"}
)
