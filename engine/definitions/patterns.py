"""Patterns of definitions run on RE2, so no file can hang the check."""

from functools import lru_cache
from typing import Any

import re2


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options=options)


def matches(pattern: str, text: str) -> bool:
    """Return whether RE2 finds `pattern` in `text`; a pattern that RE2 refuses matches nothing."""
    try:
        return _compiled(pattern).search(text) is not None
    except re2.error:
        return False


def is_pattern(pattern: str) -> bool:
    """Return whether RE2 accepts `pattern`."""
    try:
        _compiled(pattern)
    except re2.error:
        return False
    return True
