"""What a masked value shows instead of itself, by mask class."""

from typing import Any

from engine.text import Words

CONCEALED: Words = {"zh": "已隐藏", "en": "Hidden"}
DOTS = "****"


def mask(value: Any, mask_class: str | None) -> str | None:
    """Return what may be shown of `value`; None for a blank, so that blanks look blank.

    phone 138****5678, id 110***********1234, name 张*; every other class shows dots and nothing of the value,
    not even its length.
    """
    if value is None or value in ("", (), []):
        return None
    if not isinstance(value, str):
        return DOTS
    masked = _MASKS.get(mask_class or "", _concealed)(value)
    # A value too short to hide anything of itself shows nothing.
    return DOTS if masked == value else masked


def tail_of(value: object) -> str | None:
    """Return the last four digits of a phone number: what its mask shows, so what may be searched."""
    digits = "".join(c for c in str(value) if c.isascii() and c.isdigit())
    return digits[-4:] if len(digits) >= 7 else None


def _phone(value: str) -> str:
    digits = "".join(c for c in value if c.isascii() and c.isdigit())
    if len(digits) < 7:
        return DOTS
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return f"{digits[:3] if len(digits) >= 11 else ''}****{digits[-4:]}"


def _id(value: str) -> str:
    return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}" if len(value) >= 12 else DOTS


def _name(value: str) -> str:
    return f"{value[0]}*" if len(value) > 1 else DOTS


def _concealed(_value: str) -> str:
    return DOTS


_MASKS = {"phone": _phone, "id": _id, "name": _name}
