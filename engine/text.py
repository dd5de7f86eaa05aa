"""Text as clinics write it: words in two languages, width folding, pinyin, nearest names."""

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

Words = Mapping[str, str]
"""A label in both languages: `{"zh": "姓名", "en": "Name"}`."""


def say(words: Words | None, lang: str) -> str:
    """Return the words in `lang`, falling back to the other language."""
    if not words:
        return ""
    return words.get(lang) or words.get("zh") or words.get("en") or ""


def fold(text: str) -> str:
    """Return `text` with full-width forms narrowed, spaces at the ends cut and case removed."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def nearest(word: str, among: Iterable[str], most: int = 3) -> list[str]:
    """Return up to `most` names that look like `word`, best first."""
    return difflib.get_close_matches(word, list(among), n=most, cutoff=0.6)


@lru_cache(maxsize=65536)
def pinyin(text: str) -> str:
    """Return the pinyin of `text` without tones, in one piece: 张三 gives `zhangsan`."""
    return "".join(lazy_pinyin(text)).casefold()


@lru_cache(maxsize=65536)
def initials(text: str) -> str:
    """Return the first letters of the pinyin of `text`: 张三 gives `zs`."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).casefold()


def search_key(text: str) -> str:
    """Return what quick search looks into for a name: folded text, pinyin and initials."""
    return f"{fold(text)} {pinyin(text)} {initials(text)}"
