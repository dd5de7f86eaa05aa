"""Amounts in Chinese capital figures (大写金额), as receipts need them."""

from decimal import ROUND_HALF_UP, Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
SMALL = ("", "拾", "佰", "仟")
LARGE = ("", "万", "亿", "兆")


def _section(number: int) -> str:
    """Return 1 to 9999 in words, inner zeros told once."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap and words else "") + DIGITS[digit] + SMALL[place]
            gap = False
        else:
            gap = True
    return words


def _whole(number: int) -> str:
    words, gap = "", False
    for step in range(len(LARGE) - 1, -1, -1):
        section = number // 10 ** (4 * step) % 10_000
        if not section:
            gap = bool(words)
            continue
        if words and (gap or section < 1000):
            words += "零"
        words += _section(section) + LARGE[step]
        gap = False
    return words


def amount_in_words(amount: Decimal) -> str:
    """Return `amount` in words, rounded half up to fen: 1203.50 gives 壹仟贰佰零叁元伍角整."""
    fen = int((abs(amount) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    yuan, jiao, rest = fen // 100, fen // 10 % 10, fen % 10
    words = _whole(yuan) + "元" if yuan else ""
    if not fen:
        return "零元整"
    if jiao:
        words += DIGITS[jiao] + "角"
    elif rest and yuan:
        words += "零"
    words += DIGITS[rest] + "分" if rest else "整"
    return ("负" if amount < 0 else "") + words
