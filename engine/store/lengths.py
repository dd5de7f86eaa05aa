"""How long a recording is, read off its container: no decoder, no guess from a name."""

import struct
from collections.abc import Iterator

OPUS_HZ = 48_000
MPEG_KBPS = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates of layer 3, by version 1 and 2 (2.5 is as 2)."""
MPEG_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
EBML_WALKED = frozenset({0x18538067, 0x1549A966, 0x1F43B675, 0xA0})
"""Segment, info, cluster, group of blocks: what is in them is read as if they were not there."""
EBML_SCALE, EBML_DURATION, EBML_TIME, EBML_BLOCKS = 0x2AD7B1, 0x4489, 0xE7, frozenset({0xA3, 0xA1})


def seconds_of(body: bytes, mime: str) -> float | None:
    """Return how long sound or video lasts; None where its container does not say."""
    readers = {
        "audio/wav": _wav,
        "audio/mpeg": _mpeg,
        "audio/ogg": _ogg,
        "video/mp4": _mp4,
        "audio/mp4": _mp4,
        "video/webm": _webm,
        "audio/webm": _webm,
    }
    read = readers.get(mime)
    if read is None:
        return None
    try:
        found = read(body)
    except (struct.error, IndexError, ValueError, ZeroDivisionError):
        # Cut off or damaged: what it says cannot be had.
        return None
    return found if found is not None and 0 <= found < 10**7 else None


def _wav(body: bytes) -> float | None:
    at, rate = 12, 0
    while at + 8 <= len(body):
        name, size = body[at : at + 4], struct.unpack_from("<I", body, at + 4)[0]
        if name == b"fmt ":
            rate = struct.unpack_from("<I", body, at + 16)[0]
        elif name == b"data":
            return float(min(size, len(body) - at - 8) / rate)
        at += 8 + size + size % 2
    return None


def _mpeg(body: bytes) -> float | None:
    at = 0
    if body[:3] == b"ID3":
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(body[6:10], (21, 14, 7, 0), strict=True))
    total, frames = 0.0, 0
    while at + 4 <= len(body):
        head = struct.unpack_from(">I", body, at)[0]
        version, layer = head >> 19 & 3, head >> 17 & 3
        rate, hertz, padding = head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
        if head >> 21 != 0x7FF or version == 1 or layer != 1 or rate in (0, 15) or hertz == 3:
            if frames:
                break
            at += 1
            continue
        samples = 1152 if version == 3 else 576
        speed = MPEG_HZ[version][hertz]
        kbps = MPEG_KBPS[1 if version == 3 else 2][rate - 1]
        total += samples / speed
        frames += 1
        at += samples // 8 * kbps * 1000 // speed + padding
    return total if frames else None


def _ogg(body: bytes) -> float | None:
    hertz = OPUS_HZ
    vorbis = body.find(b"\x01vorbis", 0, 4096)
    if vorbis >= 0:
        hertz = struct.unpack_from("<I", body, vorbis + 12)[0]
    last = body.rfind(b"OggS")
    return float(struct.unpack_from("<q", body, last + 6)[0] / hertz) if last >= 0 else None


def _boxes(body: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = start
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", body, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", body, at + 8)[0], 16
        elif size == 0:
            size = end - at
        if size < head:
            return
        yield name, at + head, min(at + size, end)
        at += size


def _mp4(body: bytes) -> float | None:
    for name, start, end in _boxes(body, 0, len(body)):
        if name != b"moov":
            continue
        for inner, at, _ in _boxes(body, start, end):
            if inner == b"mvhd":
                place, form = (at + 20, ">IQ") if body[at] == 1 else (at + 12, ">II")
                scale, length = struct.unpack_from(form, body, place)
                return float(length / scale)
    return None


def _number(body: bytes, at: int, keep_mark: bool) -> tuple[int, int]:
    """Return an EBML number and how many bytes it takes; -1 for an unknown size."""
    first = body[at]
    size = 8 - first.bit_length() + 1
    if size > 8:
        raise ValueError("no EBML number")
    value = first if keep_mark else first & ((1 << (8 - size)) - 1)
    for byte in body[at + 1 : at + size]:
        value = value << 8 | byte
    is_unknown = not keep_mark and value == (1 << (7 * size)) - 1
    return (-1 if is_unknown else value), size


def _webm(body: bytes) -> float | None:
    """Return the length written down, or where the last block begins: recorders that stream write none."""
    at, scale, told, last, cluster = 0, 1_000_000, 0.0, 0, 0
    while at + 2 <= len(body):
        name, taken = _number(body, at, True)
        size, more = _number(body, at + taken, False)
        at += taken + more
        if name in EBML_WALKED:
            continue
        if size < 0:
            break
        part = body[at : at + size]
        if name == EBML_SCALE:
            scale = int.from_bytes(part)
        elif name == EBML_DURATION:
            told = struct.unpack(">f" if size == 4 else ">d", part)[0]
        elif name == EBML_TIME:
            cluster = int.from_bytes(part)
        elif name in EBML_BLOCKS:
            _, track = _number(part, 0, False)
            last = max(last, cluster + struct.unpack_from(">h", part, track)[0])
        at += size
    length = told or last
    return float(length * scale / 1e9) if length else None
