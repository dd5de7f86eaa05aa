"""Whatever is sent, the answer is a problem with place and words, and nothing is half written."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from tests.server.conftest import Rows, Town, codes, new_customer, phone, problems

NO_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
JSON = {"content-type": "application/json"}


def create(client: TestClient, **values: Any) -> Response:
    return client.post("/api/forms/customer/records", json={"values": {"name": "张三", **values}})


@pytest.fixture
def untouched(rows: Rows) -> Callable[[], None]:
    """Return what asserts that not one row of data, history, audit, events, files or jobs came or went."""
    before = rows()

    def check() -> None:
        assert rows() == before

    return check


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nul", b'{"values": NaN}', b'{"values": 1e999}', b'{"values": "\\ud800 x"}', b'{"a": "\xff"}', b"\x00",
     b"[" * 50_000, b'{"a":' * 50_000, b'{"values": {"name": ' + b"[" * 900 + b"]" * 900 + b"}}", b'"text"', b"[1]", b"3", b"null",
     b'\xef\xbb\xbf{"values": {}}', b'{"values": {"name": "a"}} trailing'],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(
    boss: TestClient, untouched: Callable[[], None], body: bytes
) -> None:
    for path in ("/api/forms/customer/records", "/api/forms/customer/query", "/api/session"):
        told = boss.post(path, content=body, headers=JSON)
        assert told.status_code in (400, 401, 422), (path, told.text)
        assert set(codes(told).values()) <= {
            "http.bad_json", "http.bad_body", "http.too_deep", "http.bad_character"
        }  # fmt: skip
    untouched()


WRONG: list[tuple[str, Any]] = [
    ("name", 5), ("name", ["a"]), ("name", {"a": 1}), ("name", True), ("name", "x" * 100_000), ("name", None), ("name", "   "),
    ("note", "长" * 201), ("phone", "12"), ("phone", "not a phone"), ("phone", 13812345678), ("stage", "nowhere"), ("stage", ["new"]),
    ("color", "purple"), ("color", "RED"), ("color", 1), ("tags", "red"), ("tags", ["red", "purple"]), ("tags", [["red"]]),
    ("age", "x"), ("age", 1.5), ("age", -1), ("age", 10**30), ("age", True), ("cost", "abc"),
    ("cost", "9" * 60), ("cost", "NaN"), ("cost", "1e400"), ("born", "2026-02-30"), ("born", "yesterday"), ("born", 20260101),
    ("born", "0000-00-00"), ("born", "99999-01-01"), ("seen_at", "2026-01-01T25:00:00Z"), ("seen_at", "x" * 5000),
    ("channel_id", NO_ID), ("channel_id", "x"), ("channel_id", [NO_ID]), ("channel_id", {"id": NO_ID}), ("doctor_id", NO_ID),
    ("doctor_id", "boss"), ("photo", NO_ID), ("photo", [NO_ID]), ("photo", [{"id": NO_ID, "name": "a.png", "size": 1, "mime": "image/png"}]),
    ("photo", [{"id": "../../keys", "name": "a", "size": 1, "mime": "image/png"}]), ("items", "x"), ("items", [1]), ("items", {}),
    ("items", [{"price": "1"}]), ("items", [{"item": "a", "nope": 1}]), ("items", [{"item": "a", "price": "x"}]),
    ("items", [{"id": NO_ID, "item": "a"}] * 2), ("nope", 1), ("id", NO_ID), ("revision", 7), ("created_at", "2020-01-01T00:00:00Z"),
    ("created_by", NO_ID), ("no", "C9999"), ("deleted_at", "2020-01-01T00:00:00Z"), ("total", "5"), ("talks", 5), ("channel_name", "x"),
    ("branch_id", NO_ID), ("owner_id", NO_ID), ("note", "a\x00b"), ("items", [{"item": "a\x00b"}]),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), WRONG, ids=[f"{key}-{at}" for at, (key, _) in enumerate(WRONG)])
def test_a_wrong_value_is_told_at_its_field_and_nothing_is_written(
    boss: TestClient, untouched: Callable[[], None], key: str, value: Any
) -> None:
    told = create(boss, **{key: value})
    assert told.status_code in (403, 422), told.text
    assert all(path.startswith(f"/values/{key}") or path == f"/{key}" for path in codes(told)), codes(told)
    untouched()


@pytest.mark.parametrize(("key", "value"), WRONG, ids=[f"{key}-{at}" for at, (key, _) in enumerate(WRONG)])
def test_the_same_holds_for_a_change(boss: TestClient, rows: Rows, key: str, value: Any) -> None:
    record = new_customer(boss)
    before = rows()
    told = boss.patch(f"/api/forms/customer/records/{record['id']}", json={"values": {key: value}})
    assert told.status_code in (403, 422), told.text
    assert codes(told)
    assert rows() == before


def test_every_wrong_field_is_told_at_once(boss: TestClient) -> None:
    told = codes(create(boss, color="purple", age="x", born="never", nope=1))
    assert set(told) == {"/values/color", "/values/age", "/values/born", "/values/nope"}


@pytest.mark.parametrize(
    "text",
    [
        "😀👩‍⚕️🦷",
        "𠮷野家",
        "مرحبا",
        "a\u0301\u200d",
        "<script>alert(1)</script>",
        "'; DROP TABLE f_customer; --",
        "{name}",
        "%s %(x)s \\",
    ],
)
def test_emoji_and_odd_text_come_back_as_they_went_in(boss: TestClient, text: str) -> None:
    record = new_customer(boss, note=text)
    assert boss.get(f"/api/forms/customer/records/{record['id']}").json()["record"]["note"] == text
    found = boss.post(
        "/api/forms/customer/query",
        json={"filter": {"op": "and", "items": [{"field": "note", "op": "eq", "value": text}]}},
    ).json()
    assert record["id"] in [one["id"] for one in found["records"]]


@pytest.mark.parametrize("values", ["x", 5, [], [1], None, True])
def test_values_that_are_no_object_are_refused(
    boss: TestClient, untouched: Callable[[], None], values: Any
) -> None:
    for path in ("records", "records/check"):
        told = boss.post(f"/api/forms/customer/{path}", json={"values": values})
        if path == "records":
            assert told.status_code == 422, told.text
            problems(told)
        else:
            assert told.status_code in (200, 422)
    untouched()


ODD: list[Any] = [
    None,
    5,
    -1,
    1.5,
    True,
    "",
    "x",
    "a\u2028",
    [],
    [None],
    [[]],
    {},
    {"a": {}},
    "9" * 300,
    10**25,
]
KEYS = {
    "query": ["view", "filter", "formula", "search", "sort", "limit", "cursor", "fields", "deleted", "count", "ids", "nope"],
    "groups": ["by", "totals", "filter"],
    "aggregate": ["totals", "filter"],
    "tree": ["view", "filter"],
    "export": ["columns", "format", "labels", "filter", "sort", "ids"],
    "bulk": ["ids", "values", "filter", "view"],
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(KEYS))
def test_a_question_of_any_shape_is_answered_or_refused_never_broken(
    boss: TestClient, untouched: Callable[[], None], path: str
) -> None:
    base = {"groups": {"by": "stage"}, "bulk": {"ids": [NO_ID], "values": {"note": "x"}}}.get(path, {})
    for key in KEYS[path]:
        for odd in ODD:
            told = boss.post(f"/api/forms/customer/{path}", json={**base, key: odd})
            assert told.status_code < 500, (key, odd, told.text)
            if told.status_code >= 400:
                problems(told)
    if path not in ("export", "bulk"):
        untouched()


def test_a_bulk_edit_that_chooses_nothing_changes_nothing(
    boss: TestClient, untouched: Callable[[], None]
) -> None:
    told = boss.post("/api/forms/customer/bulk", json={"values": {"note": "x"}})
    assert codes(told) == {"/ids": "bulk.nothing"}
    untouched()


OTHERS: list[tuple[str, str, str]] = [
    ("POST", "/api/notifications/read", "ids"), ("PUT", "/api/prefs/grid", "value"), ("PUT", "/api/forms/customer/saved-views", "views"),
    ("PATCH", "/api/me", "lang"), ("PATCH", "/api/me", "theme"), ("PATCH", "/api/me", "branch_id"), ("POST", "/api/me/password", "old"),
    ("POST", "/api/session", "workspace"), ("POST", "/api/session", "login"), ("POST", "/api/session", "password"),
    ("POST", f"/api/forms/customer/records/{NO_ID}/reveal", "field"), ("POST", f"/api/forms/customer/records/{NO_ID}/actions/open", "values"),
    ("POST", f"/api/forms/customer/records/{NO_ID}/check", "values"), ("PATCH", f"/api/forms/customer/records/{NO_ID}", "revision"),
    ("POST", "/api/forms/customer/options/channel_id", "q"), ("POST", "/api/forms/customer/options/channel_id", "values"),
    ("POST", f"/api/imports/{NO_ID}/dry-run", "sheet"), ("POST", f"/api/imports/{NO_ID}/look", "sheet"), ("POST", f"/api/batches/{NO_ID}/undo", "x"),
    ("POST", "/api/public/alpha/none", "values"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "key"), OTHERS)
def test_other_bodies_of_any_shape_are_answered_or_refused(
    town: Town, boss: TestClient, method: str, path: str, key: str
) -> None:
    record = new_customer(boss)
    for place in {path, path.replace(NO_ID, record["id"])}:
        for odd in ODD:
            told = boss.request(method, place, json={key: odd})
            assert told.status_code < 500, (place, key, odd, told.text)
            if told.status_code >= 400:
                problems(told)


@pytest.mark.parametrize("odd", ODD)
def test_a_revision_of_any_shape_is_refused_or_taken(boss: TestClient, odd: Any) -> None:
    record = new_customer(boss)
    path = f"/api/forms/customer/records/{record['id']}"
    told = boss.patch(path, json={"revision": odd, "values": {"note": "x"}})
    assert told.status_code < 500, told.text
    if told.status_code >= 400:
        problems(told)


@pytest.mark.parametrize(
    "q",
    [
        "",
        "x",
        "😀",
        "' OR 1=1 --",
        "%",
        "_",
        "*",
        "(",
        "\\",
        "a" * 5000,
        "1" * 500,
        "\u0661\u0662",
        "a\tb\nc",
    ],
)
def test_any_search_is_answered(boss: TestClient, q: str) -> None:
    for told in (
        boss.get("/api/search", params={"q": q}),
        boss.post("/api/forms/customer/query", json={"search": q}),
        boss.get("/api/forms/customer/options/channel_id", params={"q": q}),
    ):
        assert told.status_code in (200, 422), told.text


@pytest.mark.parametrize(
    "path",
    ["/api/search?q=%00", "/api/forms/customer/records/%00", "/api/prefs/a%00b", "/api/search?q=%ff%fe"],
)
def test_odd_bytes_in_an_address_are_refused(boss: TestClient, path: str) -> None:
    told = boss.get(path)
    assert told.status_code in (200, 404, 422), told.text


BAD_FORMULAS = {
    "large": "1+" * 500_000 + "1",
    "deep": "(" * 20_000 + "1" + ")" * 20_000,
    "list": "[" + "1," * 100_000 + "1]",
    "power": "9^9^9^9 > 1",
    "text": 'REPT("x", 1000000000) = "y"',
    "regex": 'REGEXMATCH("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
    "open": '"' + "a" * 1000,
    "unknown": "{nope} = 1",
    "code": "__import__('os').system('x')",
    "sql": "1=1; DROP TABLE f_customer",
    "half": "{name} =",
    "number": "1 + 1",
    "blank": "   ",
    "error": "1/0 = 1",
}


@pytest.mark.parametrize("name", sorted(BAD_FORMULAS))
def test_no_formula_hangs_or_breaks_a_request(
    boss: TestClient, untouched: Callable[[], None], name: str
) -> None:
    told = boss.post("/api/forms/customer/query", json={"formula": BAD_FORMULAS[name]})
    assert told.status_code in (200, 422), told.text[:500]
    if told.status_code == 422:
        found = problems(told)
        assert found[0]["path"] == "/formula"
    assert told.elapsed.total_seconds() < 2
    assert len(told.content) < 100_000
    untouched()


def test_a_formula_of_ten_megabytes_is_refused_at_the_door(boss: TestClient) -> None:
    told = boss.post("/api/forms/customer/query", json={"formula": "1+" * 5_000_000 + "1"})
    assert codes(told) == {"": "http.too_large"}


def test_a_filter_without_end_is_refused(boss: TestClient) -> None:
    deep: Any = {"field": "name", "op": "eq", "value": "x"}
    for _ in range(60):
        deep = {"op": "and", "items": [deep]}
    told = boss.post("/api/forms/customer/query", json={"filter": deep})
    assert told.status_code == 422
    problems(told)
    wide = {"op": "or", "items": [{"field": "name", "op": "eq", "value": "x"}] * 20_000}
    told = boss.post("/api/forms/customer/query", json={"filter": wide})
    assert told.status_code in (413, 422)
    problems(told)


# --- files --------------------------------------------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """Return a tiny PNG that says it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


HOSTILE = {
    "bomb.png": bomb(50_000, 50_000),
    "medium_bomb.png": bomb(12_000, 12_000),
    "cut.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    "html.png": b"<html><script>alert(1)</script></html>",
    "evil.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.html": b"<script>alert(1)</script>",
    "run.exe": b"MZ" + b"\x00" * 100,
    "empty.pdf": b"",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_refused(boss: TestClient, untouched: Callable[[], None], name: str) -> None:
    told = boss.post("/api/files", files={"file": (name, HOSTILE[name], "image/png")})
    assert told.status_code in (413, 422), told.text
    problems(told)
    untouched()


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd.png", "a\r\nSet-Cookie: x=1.png", "😀.png", "x" * 400 + ".png", "..", "C:\\a.png"],
)
def test_a_file_is_named_safely(boss: TestClient, png: bytes, name: str) -> None:
    told = boss.post("/api/files", files={"file": (name, png, "image/png")})
    if told.status_code == 201:
        kept = told.json()
        assert "/" not in kept["name"]
        assert "\\" not in kept["name"]
        assert "\n" not in kept["name"]
        back = boss.get(f"/api/files/{kept['id']}")
        assert back.status_code == 200
        assert "set-cookie" not in back.headers
        assert "sandbox" in back.headers["content-security-policy"]
    else:
        problems(told)


def test_a_file_is_seen_only_by_its_sender_until_a_record_holds_it(
    town: Town, boss: TestClient, ann: TestClient, png: bytes
) -> None:
    file_id = boss.post("/api/files", files={"file": ("a.png", png, "image/png")}).json()["id"]
    assert boss.get(f"/api/files/{file_id}").status_code == 200
    assert ann.get(f"/api/files/{file_id}").status_code == 404
    told = create(ann, photo=[{"id": file_id, "name": "a.png", "size": 1, "mime": "image/png"}])
    assert told.status_code in (403, 422)


def test_a_picture_loses_what_its_camera_wrote_into_it(boss: TestClient) -> None:
    from PIL import Image

    made, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "SecretCamera"
    Image.new("RGB", (20, 20)).save(made, "JPEG", exif=exif)
    assert b"SecretCamera" in made.getvalue()
    file_id = boss.post("/api/files", files={"file": ("a.jpg", made.getvalue(), "image/jpeg")}).json()["id"]
    assert b"SecretCamera" not in boss.get(f"/api/files/{file_id}").content


SHEETS = {
    "html.xls": b"<html><body><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr><tr><td>x</td></tr></table></body></html>",
    "html.xlsx": b"<html><table><tr><td>name</td></tr></table></html>",
    "zip.xlsx": b"PK\x03\x04" + b"\x00" * 100,
    "empty.csv": b"",
    "binary.csv": bytes(range(256)) * 50,
    "nul.csv": b"name,phone\na\x00b,1\n",
    "old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "page.pdf": b"%PDF-1.4",
}


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_sheet_that_is_none_is_told_or_read_as_what_it_is(boss: TestClient, rows: Rows, name: str) -> None:
    before = rows()
    told = boss.post("/api/forms/customer/imports", files={"file": (name, SHEETS[name], "text/csv")})
    assert told.status_code in (201, 422), told.text
    if told.status_code == 422:
        problems(told)
    after = rows()
    assert {key: after[key] for key in after if key.startswith("f_")} == {
        key: before[key] for key in before if key.startswith("f_")
    }


def test_a_spreadsheet_bomb_is_refused(boss: TestClient) -> None:
    import zipfile

    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    told = boss.post("/api/forms/customer/imports", files={"file": ("a.xlsx", made.getvalue(), "x")})
    assert told.status_code in (413, 422), told.text
    problems(told)


def test_an_upload_without_a_file_is_refused(boss: TestClient) -> None:
    for path in ("/api/files", "/api/forms/customer/imports"):
        for told in (boss.post(path, json={}), boss.post(path, data={"file": "text"}), boss.post(path)):
            assert told.status_code in (400, 422), told.text
            problems(told)


# --- ids of others, revisions -------------------------------------------------------------------------------------


def test_the_id_of_a_record_in_another_clinic_is_unknown_here(town: Town, boss: TestClient) -> None:
    there = town.sign_in("boss", "beta")
    channel = there.post("/api/forms/channel/records", json={"values": {"name": phone()}}).json()["record"]
    record = new_customer(there)
    path = f"/api/forms/customer/records/{record['id']}"
    for told in (
        boss.get(path), boss.patch(path, json={"values": {"note": "x"}}), boss.delete(path), boss.get(path + "/history"),
        boss.get(path + "/timeline"), boss.get(path + "/explain"), boss.post(path + "/restore"), boss.post(path + "/reveal", json={"field": "phone"}),
        boss.post(path + "/actions/open", json={}),
    ):  # fmt: skip
        assert told.status_code == 404, told.text
        problems(told)
    assert codes(create(boss, channel_id=channel["id"])) == {"/values/channel_id": "link.no_target"}
    assert codes(create(boss, doctor_id=town.ids["beta", "boss"])) == {"/values/doctor_id": "person.no_such"}


def test_edits_of_different_fields_merge_and_of_the_same_field_clash(town: Town, boss: TestClient) -> None:
    record = new_customer(boss, note="old", color="red")
    path, revision = f"/api/forms/customer/records/{record['id']}", record["revision"]
    assert boss.patch(path, json={"revision": revision, "values": {"note": "mine"}}).status_code == 200
    merged = boss.patch(path, json={"revision": revision, "values": {"color": "blue"}})
    assert merged.status_code == 200
    assert (merged.json()["record"]["note"], merged.json()["record"]["color"]) == ("mine", "blue")
    told = boss.patch(path, json={"revision": revision, "values": {"note": "yours"}})
    assert told.status_code == 409
    problems(told)
    body = told.json()
    assert body["clashes"] == [{"field": "note", "yours": "yours", "theirs": "mine"}]
    assert body["revision"] == merged.json()["record"]["revision"]
    assert boss.get(path).json()["record"]["note"] == "mine"


def test_a_revision_from_the_future_is_refused(boss: TestClient) -> None:
    record = new_customer(boss)
    told = boss.patch(
        f"/api/forms/customer/records/{record['id']}", json={"revision": 999, "values": {"note": "x"}}
    )
    assert told.status_code in (409, 422)
    problems(told)


def test_a_taken_value_is_told_with_the_record_that_has_it(boss: TestClient) -> None:
    number = phone()
    record = new_customer(boss, phone=number)
    told = create(boss, phone=number)
    assert told.status_code == 409
    assert problems(told)[0]["params"]["existing"]["id"] == record["id"]
