"""Guessing: which row holds the headers and which column feeds which field. A person can change all of it."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.problems import Rejected
from engine.text import Words, fold
from form_engine.importing.cleaning import Context, is_blank, plain, read_amount, read_moment

_LOOK_ROWS = 30
_SAMPLES = 5
_PUNCTUATION = re.compile(r"[\s_\-:：*（）()【】\[\]/、.。?？#]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What a column may feed: a field of the form or an extra of its import section."""

    key: str
    label: Words
    aliases: tuple[str, ...] = ()
    looks: str = "text"
    """What values look like: text, phone, date, number, option, id_card, email."""
    words: frozenset[str] = frozenset()
    """Folded option labels and aliases, for guessing by content."""


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """One column of the sheet. `why`: header, like_header, content, remembered, or "" when unmapped."""

    index: int
    header: str
    samples: tuple[str, ...]
    field: str | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "header": self.header,
            "samples": list(self.samples),
            "field": self.field,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class SheetGuess:
    """`header_row` counts from 0; None: the sheet has no header row. `layout_key` names this layout of columns."""

    header_row: int | None
    columns: tuple[ColumnGuess, ...]
    layout_key: str
    extras: Mapping[str, Any] = field(default_factory=dict)


def guess(
    rows: Sequence[Sequence[Any]], targets: Iterable[Target], header_row: int | None = None
) -> SheetGuess:
    """Return the likely header row and mapping; each target is fed by one column at most."""
    known = tuple(targets)
    names = _names(known)
    at = _header_row(rows, names) if header_row is None else header_row
    headers = _headers(rows, at)
    body = rows[(-1 if at is None else at) + 1 :][:200]
    samples = [_samples(body, index) for index in range(len(headers))]
    taken: dict[str, int] = {}
    columns: dict[int, tuple[str, str]] = {}
    _by_header(headers, names, taken, columns)
    _by_likeness(headers, known, taken, columns)
    _by_content(headers, body, known, taken, columns)
    guesses = tuple(
        ColumnGuess(index, header, samples[index], *columns.get(index, (None, "")))
        for index, header in enumerate(headers)
    )
    return SheetGuess(at, guesses, layout_key(headers))


def layout_key(headers: Sequence[str]) -> str:
    """Return a short name of this layout, the same for the same headers whatever their case and width."""
    return hashlib.sha256("\x1f".join(bare(h) for h in headers).encode()).hexdigest()[:24]


def bare(header: str) -> str:
    """Return a header as compared: narrow, lower-case, without spaces and punctuation."""
    return _PUNCTUATION.sub("", fold(header))


def _names(targets: Sequence[Target]) -> dict[str, str]:
    names: dict[str, str] = {}
    for target in targets:
        for word in (*target.label.values(), target.key, *target.aliases):
            names.setdefault(bare(word), target.key)
    # A curated alias outranks a label of another field that happens to read the same.
    for target in targets:
        for word in target.aliases:
            names[bare(word)] = target.key
    for target in targets:
        for word in target.label.values():
            names[bare(word)] = target.key
    return names


def _header_row(rows: Sequence[Sequence[Any]], names: Mapping[str, str]) -> int | None:
    """Return the row that reads most like headers among the first thirty; None when data starts at once."""
    best, best_score = None, 0.0
    for index, row in enumerate(rows[:_LOOK_ROWS]):
        cells = [plain(cell) for cell in row if not is_blank(cell)]
        if not cells:
            continue
        hits = sum(bare(cell) in names for cell in cells)
        wordy = sum(_is_wordy(cell) for cell in row) / len(cells)
        distinct = len(set(cells)) / len(cells)
        score = hits * 3 + wordy * distinct * min(len(cells), 6) * 0.5 - index * 0.05
        if wordy < 0.8 and hits < 2:
            continue
        if score > best_score:
            best, best_score = index, score
    return best


def _is_wordy(cell: Any) -> bool:
    if isinstance(cell, (int, float, date, datetime)) or is_blank(cell):
        return False
    text = plain(cell)
    return len(text) <= 30 and not re.search(r"\d{4,}", text)


def _headers(rows: Sequence[Sequence[Any]], at: int | None) -> list[str]:
    width = max((len(row) for row in rows[:200]), default=0)
    row = rows[at] if at is not None else ()
    return [plain(row[i]).replace("\ufeff", "") if i < len(row) else "" for i in range(width)]


def _samples(body: Sequence[Sequence[Any]], index: int) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for row in body:
        if index < len(row) and not is_blank(row[index]):
            seen.setdefault(plain(row[index])[:80])
            if len(seen) == _SAMPLES:
                break
    return tuple(seen)


def _by_header(
    headers: Sequence[str],
    names: Mapping[str, str],
    taken: dict[str, int],
    columns: dict[int, tuple[str, str]],
) -> None:
    for index, header in enumerate(headers):
        key = names.get(bare(header)) if header else None
        if key is not None and key not in taken:
            taken[key], columns[index] = index, (key, "header")


def _by_likeness(
    headers: Sequence[str],
    targets: Sequence[Target],
    taken: dict[str, int],
    columns: dict[int, tuple[str, str]],
) -> None:
    """Take `客户手机号码` for 手机号码, `主诉/需求` for 需求: what a header is about stands at its end in Chinese."""
    for index, header in enumerate(headers):
        text = bare(header)
        if index in columns or len(text) < 2:
            continue
        best = max(
            (
                (len(word), target.key)
                for target in targets
                if target.key not in taken
                for word in (bare(name) for name in (*target.label.values(), *target.aliases))
                if len(word) >= 2 and not word.isascii() and text.endswith(word)
            ),
            default=None,
        )
        if best:
            taken[best[1]], columns[index] = index, (best[1], "like_header")


def _by_content(
    headers: Sequence[str],
    body: Sequence[Sequence[Any]],
    targets: Sequence[Target],
    taken: dict[str, int],
    columns: dict[int, tuple[str, str]],
) -> None:
    for index in range(len(headers)):
        if index in columns:
            continue
        values = [row[index] for row in body if index < len(row) and not is_blank(row[index])][:100]
        if len(values) < 2:
            continue
        for target in targets:
            if target.key not in taken and _looks(values, target):
                taken[target.key], columns[index] = index, (target.key, "content")
                break


_PHONE = re.compile(r"1[3-9]\d{9}")
_GAPS = re.compile(r"[\s-]")
_COUNTRY = re.compile(r"^\+?86(?=1\d{10}$)")
_ID_CARD = re.compile(r"[1-9]\d{16}[\dXx]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}")


def _looks(values: Sequence[Any], target: Target) -> bool:
    """Tell whether most values can only be this target; plain text and numbers are never guessed by content."""
    texts = [plain(value) for value in values]
    if target.looks == "phone":
        hits = sum(_PHONE.fullmatch(_COUNTRY.sub("", _GAPS.sub("", text))) is not None for text in texts)
    elif target.looks == "id_card":
        hits = sum(_ID_CARD.fullmatch(text) is not None for text in texts)
    elif target.looks == "email":
        hits = sum(_EMAIL.fullmatch(text) is not None for text in texts)
    elif target.looks == "option" and target.words:
        hits = sum(fold(text) in target.words for text in texts)
    else:
        return False
    return hits >= max(2, 0.7 * len(texts))


def guess_type(values: Sequence[Any], context: Context) -> str:
    """Return what an unmapped column holds: phone, date, number, option or text. For making a field from it."""
    texts = [plain(value) for value in values if not is_blank(value)]
    if not texts:
        return "text"
    if _share(texts, lambda text: _PHONE.fullmatch(text) is not None) > 0.8:
        return "phone"
    if _share(texts, lambda text: not text.isdigit() and _reads(read_moment, text, context)) > 0.8:
        return "date"
    if _share(texts, lambda text: _reads(read_amount, text)) > 0.9:
        return "number"
    return "option" if len(texts) >= 10 and len(set(texts)) <= max(len(texts) // 5, 2) else "text"


def _share(texts: Sequence[str], test: Any) -> float:
    return sum(bool(test(text)) for text in texts) / len(texts)


def _reads(read: Any, *given: Any) -> bool:
    try:
        read(*given)
    except Rejected:
        return False
    return True
