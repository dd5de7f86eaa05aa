"""The browser app's files, also while a new build takes them away and brings them back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server import static_app
from tests.server.conftest import Town, codes, town_with


@pytest.fixture(scope="module", params=["sqlite"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, lambda made: None) as opened:
        yield opened


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<html>the app</html>")
    (tmp_path / "assets" / "main-1a2b.js").write_text("let x")
    (tmp_path / "assets" / "main-1a2b.js.gz").write_bytes(b"packed")
    monkeypatch.setattr(static_app, "_PLACES", (tmp_path,))
    return tmp_path


@pytest.fixture
def visitor(town: Town) -> TestClient:
    return town.visitor()


def test_hashed_files_are_kept_for_ever_and_pages_are_asked_for_anew(
    visitor: TestClient, built: Path
) -> None:
    script = visitor.get("/assets/main-1a2b.js", headers={"accept-encoding": "identity"})
    assert (script.text, script.headers["cache-control"]) == ("let x", "public, max-age=31536000, immutable")
    assert script.headers["content-type"].startswith("text/javascript")
    page = visitor.get("/p/leads/lead_all")
    assert (page.text, page.headers["cache-control"]) == ("<html>the app</html>", "no-cache")


def test_a_file_that_a_build_took_away_is_not_found(visitor: TestClient, built: Path) -> None:
    packed = built / "assets" / "main-1a2b.js.gz"
    packed.unlink()
    assert visitor.get("/assets/main-1a2b.js", headers={"accept-encoding": "gzip"}).text == "let x"
    (built / "assets" / "main-1a2b.js").unlink()
    gone = visitor.get("/assets/main-1a2b.js", headers={"accept-encoding": "gzip"})
    assert gone.status_code == 404
    assert "immutable" not in gone.headers.get("cache-control", "")
    for path in ("/assets", "/assets/", "/assets/x.js/y.js"):
        assert visitor.get(path).status_code in (200, 404)


def test_a_file_that_goes_while_it_is_asked_for_is_not_found(
    visitor: TestClient, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = built / "assets" / "main-1a2b.js"
    real = Path.read_bytes

    def races(file: Path) -> bytes:
        if file.name.startswith(script.name):
            raise FileNotFoundError(file)
        return real(file)

    monkeypatch.setattr(Path, "read_bytes", races)
    assert visitor.get("/assets/main-1a2b.js").status_code == 404


def test_while_there_is_no_page_one_is_told_when_to_try_again(visitor: TestClient, built: Path) -> None:
    (built / "index.html").unlink()
    told = visitor.get("/p/leads/lead_all")
    assert told.status_code == 503
    assert codes(told) == {"": "app.being_rebuilt"}
    assert told.headers["retry-after"] == "5"
    assert visitor.get("/nothing.png").status_code == 404
    assert visitor.get("/api/nothing").status_code == 404
