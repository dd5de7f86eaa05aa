"""Chinese resident identity numbers (GB 11643): check digit, birth date, sex."""

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def check_digit(first17: str) -> str:
    """Return the 18th place for the first 17 digits (ISO 7064 MOD 11-2)."""
    return CHECKS[sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True)) % 11]


def is_shaped(number: str) -> bool:
    """Return whether it has 17 digits and a digit or X."""
    return len(number) == 18 and number.isascii() and number[:17].isdigit() and (number[17] in "0123456789X")


def birth_date(number: str) -> date | None:
    """Return the birth date in places 7 to 14; None when no such day exists."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """Return "male" or "female", from the 17th digit."""
    return "male" if int(number[16]) % 2 else "female"
