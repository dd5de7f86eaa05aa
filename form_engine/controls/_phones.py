"""Phone numbers as people write them."""

import re
import unicodedata

MOBILE = re.compile(r"^1[3-9]\d{9}$")
FOREIGN = re.compile(r"^\+[1-9]\d{6,14}$")
LANDLINE = re.compile(r"^(0\d{2,3}-?)?[2-9]\d{6,7}(-\d{1,6})?$|^400-?\d{3}-?\d{4}$|^1\d{4}$")
SEPARATORS = re.compile(r"[\s\-().·—–_]")


def narrowed(text: str) -> str:
    """Return `text` with full-width digits and signs narrowed, and invisible marks removed."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if unicodedata.category(c) != "Cf").strip()


def mobile(text: str) -> str:
    """Return a mobile number without separators and Chinese country code: `＋86 138-0013 8000` gives `13800138000`.

    Numbers of other countries keep their `+`.
    """
    bare = SEPARATORS.sub("", narrowed(text))
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    for prefix in ("+86", "86"):
        if bare.startswith(prefix) and MOBILE.match(bare[len(prefix) :]):
            return bare[len(prefix) :]
    return bare


def landline(text: str) -> str:
    """Return a land line as `0571-88888888-123`; mobile numbers come out bare."""
    bare = mobile(text)
    if MOBILE.match(bare):
        return bare
    tidy = re.sub(r"转|ext\.?|x|#", "-", narrowed(text).casefold())
    tidy = re.sub(r"^(\+|00)86[\s-]*0?(?=[1-9]\d{1,2}[\s-])", "0", tidy)
    runs = [run for run in re.split(r"[^\d+]+", tidy) if run]
    return _joined([*_area_apart(runs[0]), *runs[1:]]) if runs else bare


def _joined(runs: list[str]) -> str:
    """Return digits as area-number-extension: runs of a number written in parts are one number."""
    has_area = runs[0].startswith("0") and len(runs[0]) <= 4
    area, rest = (runs[:1], runs[1:]) if has_area else ([], runs)
    if area and len(rest) >= 2 and len(rest[0]) <= 4:
        rest = [rest[0] + rest[1], *rest[2:]]
    if rest and rest[0] in ("400", "800") and len(rest) >= 3:
        return "-".join(rest[:3])
    return "-".join(area + rest)


def _area_apart(number: str) -> list[str]:
    if not re.match(r"0[1-9]\d{8}", number):
        return [number]
    # Two-digit areas are 10 and 20 to 29; all others have three digits.
    area = 3 if number[1] in "12" else 4
    return [number[:area], number[area:]]
