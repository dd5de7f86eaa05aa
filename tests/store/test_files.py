"""Files are what their bytes are, and nobody gets them but through a record he sees."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.definitions.tables import FormTables
from engine.problems import NotFound, Rejected
from engine.store import Workspace, files
from tests.store.makers import USER, create, seal_query


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), **more) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, "red").save(into, kind, **more)
    return into.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "SECRET PLACE"
    exif[0x0112] = 6
    return picture(exif=exif) + b"PK\x03\x04 a second file behind the first"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_kept_with_a_thumbnail(kind: str):
    checked = files.check("x", picture(kind))
    assert (checked.mime, checked.size_px) == (f"image/{kind.lower()}", (800, 600))
    with Image.open(io.BytesIO(checked.thumbnail)) as small:
        assert max(small.size) == files.THUMBNAIL_PX


def test_nothing_rides_along_with_a_picture():
    checked = files.check("x.jpg", with_exif())
    assert b"SECRET" not in checked.body
    assert b"second file" not in checked.body
    assert checked.size_px == (600, 800), "turned as the camera said"


def test_text_in_a_png_is_dropped():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", "SECRET")
    assert b"SECRET" not in files.check("x.png", picture("PNG", pnginfo=info)).body


def test_a_palette_png_stays_readable():
    into = io.BytesIO()
    Image.new("P", (20, 20), 3).save(into, "PNG")
    assert files.check("x.png", into.getvalue()).size_px == (20, 20)


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("bomb.png", picture("PNG", (9000, 9000)), "files.too_many_pixels"),
        ("cut.jpg", picture()[:500], "files.bad_picture"),
        ("fake.png", b"\x89PNG\r\n\x1a\n" + b"x" * 100, "files.bad_picture"),
        ("page.jpg", b"<html><script>alert(1)</script></html>", "files.kind_not_allowed"),
        ("logo.svg", b'<?xml version="1.0"?><svg onload="x()"/>', "files.kind_not_allowed"),
        ("run.exe", b"MZ\x90\0" + b"\0" * 100, "files.kind_not_allowed"),
        ("run.sh", b"#!/bin/sh\nrm -rf /", "files.kind_not_allowed"),
        ("none.txt", b"", "files.empty"),
        ("big.txt", b"a" * 2048, "files.too_large"),
    ],
)
def test_hostile_files_are_refused(name: str, body: bytes, code: str):
    with pytest.raises(Rejected) as caught:
        files.check(name, body, most_bytes=1024 if code == "files.too_large" else files.MOST_BYTES)
    assert caught.value.problems[0].code == code


def office(folder: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr(f"{folder}/doc.xml", "x")
    return into.getvalue()


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        ("姓名,电话\n张三,1".encode(), "text/plain"),
        ("姓名,电话\n张三,1".encode("gb18030"), "text/plain"),
        (office("xl"), files.OFFICE["xl/"]),
        (office("word"), files.OFFICE["word/"]),
        (b"\0" * 128 + b"DICM", "application/dicom"),
    ],
)
def test_other_kinds_are_known_by_their_bytes(body: bytes, mime: str):
    assert files.check("any.name", body).mime == mime


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\病历.pdf", "病历.pdf"),
        ("a\0b\n.jpg", "ab.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("...", "file"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_are_made_safe(given_name: str, kept: str):
    assert files.safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_safe_name_is_always_a_single_short_name(name: str):
    safe = files.safe_name(name)
    assert 0 < len(safe) <= files.LONGEST_NAME
    assert not set(safe) & set("/\\\0\n")
    assert safe not in (".", "..")


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_politely(body: bytes):
    with contextlib.suppress(Rejected):
        files.check("x", body)


def attached(clinic: Workspace, lead: FormTables) -> tuple[files.StoredFile, str]:
    with clinic.write(USER) as unit:
        file = files.add(unit, "x.jpg", picture())
    made = create(clinic, lead, photos=(file.to_json(),))
    return file, made["id"]


def seen(clinic: Workspace, lead: FormTables, record_id: str, photos: object):
    return seal_query(
        lead.shape.key, "SELECT 1", (), lambda rows, keys: [{"id": record_id, "photos": photos}]
    )


def test_a_file_is_read_through_a_record_that_shows_it(clinic: Workspace, lead: FormTables):
    file, record_id = attached(clinic, lead)
    visible = seen(clinic, lead, record_id, (file.to_json(),))
    with clinic.read() as unit:
        found, body = files.read(unit, visible, "lead", record_id, "photos", file.file_id)
        small = files.read(unit, visible, "lead", record_id, "photos", file.file_id, thumbnail=True)[1]
    assert (found.mime, body[:2]) == ("image/jpeg", b"\xff\xd8")
    assert len(small) < len(body)


@pytest.mark.parametrize("photos", [None, "***", ()])
def test_a_hidden_or_masked_field_gives_no_file(clinic: Workspace, lead: FormTables, photos: object):
    file, record_id = attached(clinic, lead)
    with clinic.read() as unit, pytest.raises(NotFound):
        files.read(unit, seen(clinic, lead, record_id, photos), "lead", record_id, "photos", file.file_id)


def test_the_same_content_is_kept_once(clinic: Workspace):
    with clinic.write(USER) as unit:
        one, two = (files.add(unit, name, b"same text") for name in ("a.txt", "b.txt"))
    assert one.sha256 == two.sha256
    assert one.file_id != two.file_id
    assert len([p for p in clinic.files.rglob("*") if p.is_file()]) == 1


def test_only_what_one_has_uploaded_can_be_attached(clinic: Workspace):
    with clinic.write(USER) as unit:
        mine = files.add(unit, "a.txt", b"mine").file_id
        assert files.unattachable(unit, [mine, "other"]) == ["other"]
        assert files.unattachable(unit, ["other"], known={"other"}) == []
