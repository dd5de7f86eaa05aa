"""Pictures of a field that says so carry who looks at them; the file itself stays as it came."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageChops

from tests.server.conftest import Town, town_with


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    def change(made: Any) -> None:
        fields = made["forms/customer"]["fields"]
        photo = next(one for one in fields if one["key"] == "photo")
        fields.append({**photo, "key": "shown", "watermark": True})

    with town_with(request, tmp_path_factory, change) as opened:
        yield opened


def red(size: tuple[int, int] = (600, 400)) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, "red").save(into, "PNG")
    return into.getvalue()


def is_plain(body: bytes) -> bool:
    with Image.open(io.BytesIO(body)) as found:
        seen = found.convert("RGB")
        return (
            max(
                high
                for _, high in ImageChops.difference(seen, Image.new("RGB", seen.size, "red")).getextrema()
            )
            < 10
        )


def test_only_the_field_that_says_so_is_marked(boss: TestClient) -> None:
    held = {}
    for key in ("photo", "shown"):
        held[key] = boss.post("/api/files", files={"file": ("a.png", red(), "image/png")}).json()
    values = {"name": "张三", **{key: [file] for key, file in held.items()}}
    record = boss.post("/api/forms/customer/records", json={"values": values}).json()["record"]

    def seen(key: str, **more: Any) -> bytes:
        asked = {"form": "customer", "record": record["id"], "field": key, **more}
        told = boss.get(f"/api/files/{held[key]['id']}", params=asked)
        assert told.status_code == 200
        return told.content

    assert is_plain(seen("photo"))
    assert not is_plain(seen("shown"))
    assert is_plain(seen("photo", thumb=1))
    assert not is_plain(seen("shown", thumb=1))
