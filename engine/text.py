"""Text as clinics write it: words in two languages, width folding, pinyin, nearest names."""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any

Words = Mapping[str, str]
"""A label in both languages: `{"zh": "姓名", "en": "Name"}`."""


LONGEST_QUICK = 8
"""Characters up to which looking for phrases oneself is quicker: names, not sentences."""


def say(words: Words | None, lang: str) -> str:
    """Return the words in `lang`, falling back to the other language."""
    if not words:
        return ""
    return words.get(lang) or words.get("zh") or words.get("en") or ""


def fold(text: str) -> str:
    """Return `text` with full-width forms narrowed, spaces at the ends cut and case removed."""
    if text.isascii():
        return text.strip().lower()
    return unicodedata.normalize("NFKC", text).strip().casefold()


def nearest(word: str, among: Iterable[str], most: int = 3) -> list[str]:
    """Return up to `most` names that look like `word`, best first."""
    return difflib.get_close_matches(word, list(among), n=most, cutoff=0.6)


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    # A third of a second and 30 MB: read with the first name, not at every start.
    from pypinyin import constants

    return constants


def _lazy_pinyin(chinese: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return lazy_pinyin(chinese)


@lru_cache(maxsize=65536)
def _syllables(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the pinyin of each character, and stretches of other writing as they are (marked False)."""
    found: list[tuple[str, bool]] = []
    characters = _dictionary().PINYIN_DICT
    for is_chinese, run in groupby(text, lambda c: ord(c) in characters):
        piece = "".join(run)
        found += [(one, True) for one in _read(piece)] if is_chinese else [(piece, False)]
    return tuple(found)


def _read(chinese: str) -> Iterable[str]:
    phrases = _dictionary().PHRASES_DICT
    if len(chinese) <= LONGEST_QUICK and not any(part in phrases for part in _parts(chinese)):
        return map(_of_character, chinese)
    # pypinyin knows phrases (重庆 is Chongqing) but takes fifty times as long.
    return _lazy_pinyin(chinese)


def _parts(text: str) -> Iterator[str]:
    size = len(text)
    return (text[i:j] for i in range(size - 1) for j in range(i + 2, size + 1))


@lru_cache(maxsize=32768)
def _of_character(character: str) -> str:
    return _lazy_pinyin(character)[0]


def pinyin(text: str) -> str:
    """Return the pinyin of `text` without tones, in one piece: 张三 gives `zhangsan`."""
    return "".join(one for one, _ in _syllables(text)).casefold()


def initials(text: str) -> str:
    """Return the first letters of the pinyin of `text`: 张三 gives `zs`."""
    return "".join(one[:1] if is_chinese else one for one, is_chinese in _syllables(text)).casefold()


def digits(text: str) -> str:
    """Return the digits of `text` alone, full-width ones narrowed: `138-0000 1234` gives `13800001234`."""
    folded = fold(text)
    return folded if folded.isdecimal() else "".join(c for c in folded if c.isdecimal())


def search_key(text: str) -> str:
    """Return what quick search looks into for a name: folded text, pinyin and initials."""
    return f"{fold(text)} {pinyin(text)} {initials(text)}"
