"""The few files that the demo's records carry: a signed contract and the label of an implant, drawn here."""

from io import BytesIO

from PIL import Image, ImageDraw

INK, PAPER, LINE = (30, 41, 59), (255, 255, 255), (148, 163, 184)


def papers() -> dict[str, tuple[str, bytes]]:
    """Return file name and content by what they are: `contract`, `label_photo`."""
    return {"contract": ("card-contract.pdf", _contract()), "label_photo": ("implant-label.png", _label())}


def _contract() -> bytes:
    page = Image.new("RGB", (620, 877), PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((60, 60), "Qiyue Dental - Service card contract", fill=INK)
    for place in range(22):
        pen.line((60, 120 + place * 28, 560 - (place * 53) % 140, 120 + place * 28), fill=LINE, width=2)
    pen.line((360, 800, 560, 800), fill=INK, width=1)
    pen.arc((380, 760, 540, 810), 190, 340, fill=INK, width=3)
    out = BytesIO()
    page.save(out, "PDF")
    return out.getvalue()


def _label() -> bytes:
    label = Image.new("RGB", (640, 320), PAPER)
    pen = ImageDraw.Draw(label)
    pen.rectangle((10, 10, 630, 310), outline=INK, width=3)
    pen.text((40, 36), "DENTAL IMPLANT  REF 021.4510   LOT L48213", fill=INK)
    pen.text((40, 62), "Use by 2029-06   STERILE R", fill=INK)
    x = 40
    for place in range(90):
        width = 2 + (place * 7) % 5
        if place % 2 == 0:
            pen.rectangle((x, 110, x + width, 270), fill=INK)
        x += width + 1
    out = BytesIO()
    label.save(out, "PNG")
    return out.getvalue()


__all__ = ["papers"]
