"""How lists of definitions are told apart: items with keys, plain words, and all others."""

from typing import Any, TypeGuard


def is_keyed(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Tell whether `value` is a list whose items are objects with different keys (an empty list is)."""
    if not isinstance(value, list):
        return False
    keys = [item.get("key") if isinstance(item, dict) else None for item in value]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)


def is_words(value: Any) -> TypeGuard[list[str]]:
    """Tell whether `value` is a list of different words (an empty list is)."""
    if not isinstance(value, list):
        return False
    return all(isinstance(item, str) for item in value) and len(set(value)) == len(value)
