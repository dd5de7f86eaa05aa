"""Barcode (条码): the text of a code, with its check digit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import flag, pick
from form_engine.controls._text import Line, lengths

WRONG_CHECK = Code(
    "barcode.wrong_check_digit",
    zh="条码 {value} 的校验位不对",
    en="The check digit of barcode {value} is wrong",
    hint_zh="请重新扫描，或对照包装核对数字",
    hint_en="Scan it again, or compare the digits with the package",
)
NOT_THIS_CODE = Code(
    "barcode.not_this_code",
    zh="“{value}”不是 {symbology} 条码",
    en="“{value}” is not a {symbology} barcode",
    hint_zh="请检查扫到的是不是这一种条码",
    hint_en="Check that the right code was scanned",
)
LENGTHS: Mapping[str, tuple[int, ...]] = {"ean13": (13,), "ean8": (8,), "upca": (12,), "gtin14": (14,)}


def has_right_check(digits: str) -> bool:
    """Return whether the last digit is the GS1 modulo-10 check digit of the others."""
    weighted = sum(int(d) * (3 if place % 2 else 1) for place, d in enumerate(reversed(digits)))
    return weighted % 10 == 0


@dataclass(frozen=True)
class Barcode(Line):
    """A scanned code; GS1 number codes are checked by their check digit."""

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return narrowed(value) or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from super().check(value, config, path)
        symbology = config["symbology"]
        sizes = LENGTHS.get(symbology)
        if sizes is None:
            return
        if not (value.isascii() and value.isdigit()) or len(value) not in sizes:
            yield NOT_THIS_CODE.at(path, value=value, symbology=symbology.upper())
        elif not has_right_check(value):
            yield WRONG_CHECK.at(path, value=value)


CONTROL = Barcode(
    kind="barcode",
    zh="条码",
    en="Barcode",
    icon="barcode",
    config_schema=closed(
        **lengths(200),
        symbology=pick(
            "码制",
            "Symbology",
            "any",
            "ean13",
            "ean8",
            "upca",
            "gtin14",
            "code128",
            "qr",
            "datamatrix",
            default="any",
        ),
        draw=flag("显示二维码图", "Draw it as a QR code"),
    ),
    sample={
        "config": {"symbology": "ean13"},
        "valid": ["6901234567892", "６９０１２３４５６７８９２"],
        "invalid": ["6901234567890", "690123456789", "ABC"],
    },
)
