"""How long a recording is, is read off its bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.lengths import seconds_of


def wav(seconds: int, rate: int = 8000) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, rate, rate, 1, 8)
    body = b"\x80" * (seconds * rate)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def mpeg(frames: int, tagged: bool = False) -> bytes:
    # Version 1, layer 3, 128 kbit/s, 44.1 kHz: 417 bytes a frame, 1152 samples.
    frame = struct.pack(">I", 0xFFFB9000) + b"\0" * 413
    return (b"ID3\x04\0\0\0\0\x01\x00" + b"\xff" * 128 if tagged else b"") + frame * frames


def mp4(seconds: float, version: int = 0) -> bytes:
    if version:
        head = bytes([1, 0, 0, 0]) + struct.pack(">QQIQ", 0, 0, 1000, int(seconds * 1000))
    else:
        head = bytes(4) + struct.pack(">IIII", 0, 0, 600, int(seconds * 600))
    mvhd = struct.pack(">I4s", 8 + len(head), b"mvhd") + head
    moov = struct.pack(">I4s", 8 + len(mvhd), b"moov") + mvhd
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + struct.pack(">I4s", 8, b"free") + moov


def element(name: int, body: bytes, size: bytes | None = None) -> bytes:
    return name.to_bytes((name.bit_length() + 7) // 8) + (size or bytes([0x80 | len(body)])) + body


def webm(*, told: float | None = None, blocks: tuple[tuple[int, int], ...] = ()) -> bytes:
    info = element(0x2AD7B1, (1_000_000).to_bytes(3))
    if told is not None:
        info += element(0x4489, struct.pack(">d", told * 1000))
    clusters = b"".join(
        element(0x1F43B675, b"", b"\x01" + b"\xff" * 7)
        + element(0xE7, at.to_bytes(4))
        + element(0xA3, b"\x81" + struct.pack(">h", more) + b"\x80xx")
        for at, more in blocks
    )
    return (
        element(0x1A45DFA3, b"\x42\x86\x81\x01")
        + element(0x18538067, b"", b"\x01" + b"\xff" * 7)
        + element(0x1549A966, info)
        + clusters
    )


def ogg(seconds: int) -> bytes:
    first = b"OggS" + bytes(24) + b"OpusHead"
    return first + b"OggS\0\4" + struct.pack("<q", seconds * 48_000) + bytes(14)


@pytest.mark.parametrize(
    ("mime", "body", "seconds"),
    [
        ("audio/wav", wav(3), 3),
        ("audio/mpeg", mpeg(100), 100 * 1152 / 44_100),
        ("audio/mpeg", mpeg(100, tagged=True), 100 * 1152 / 44_100),
        ("audio/ogg", ogg(7), 7),
        ("video/mp4", mp4(12.5), 12.5),
        ("audio/mp4", mp4(12.5, version=1), 12.5),
        ("video/webm", webm(told=61.5), 61.5),
        ("video/webm", webm(blocks=((0, 40), (5000, 20), (5000, 980))), 5.98),
    ],
)
def test_each_kind_says_how_long_it_is(mime: str, body: bytes, seconds: float) -> None:
    found = seconds_of(body, mime)
    assert found is not None
    assert abs(found - seconds) < 1e-6


@pytest.mark.parametrize("mime", ["audio/wav", "audio/mpeg", "audio/ogg", "video/mp4", "video/webm"])
@given(body=st.binary(max_size=300), cut=st.integers(0, 400))
def test_broken_bytes_say_nothing_and_break_nothing(mime: str, body: bytes, cut: int) -> None:
    whole = {"audio/wav": wav(1), "audio/mpeg": mpeg(2), "audio/ogg": ogg(1), "video/mp4": mp4(1)}
    for one in (body, whole.get(mime, webm(told=1))[:cut] + body):
        found = seconds_of(one, mime)
        assert found is None or found >= 0


def test_what_has_no_length_has_none() -> None:
    assert seconds_of(b"%PDF-", "application/pdf") is None
    assert seconds_of(b"", "audio/mpeg") is None
