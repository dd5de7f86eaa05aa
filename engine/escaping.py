"""Cells that no spreadsheet program takes for a formula."""

import re

_STARTS = re.compile(r"^[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]")
_CONTROL_START = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?%?")
_PHONE = re.compile(r"\+\d[\d ]{5,18}")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def cleaned(text: str) -> str:
    """Return `text` without the signs that no spreadsheet or XML file may hold."""
    return _FORBIDDEN.sub("", text)


def guarded(text: str) -> str:
    """Return `text` so that opening a CSV file runs nothing: what looks like a formula gets a leading quote.

    Numbers (`-5`, `+3.2%`) and international phone numbers stay as they are; full-width signs, tabs and
    line ends in front count, because spreadsheet programs skip them.
    """
    if not text:
        return text
    kept = cleaned(text)
    if not kept or not (kept.startswith(_CONTROL_START) or _STARTS.match(kept)):
        return kept
    if _NUMBER.fullmatch(kept) or _PHONE.fullmatch(kept):
        return kept
    return "'" + kept


def unguarded(text: str) -> str:
    """Return what `guarded` was given; import uses it, so that export and import go round."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
