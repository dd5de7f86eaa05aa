"""The reference pages say what the code says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def pages(repository: Path) -> dict[str, str]:
    """Return the pages as a fresh process writes them: here, other tests have problem codes of their own."""
    program = "import json, sys; from tools.docs import pages; json.dump(pages(), sys.stdout)"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )
    made: dict[str, str] = json.loads(told.stdout)
    return made


@pytest.mark.parametrize("name", ["problems.md", "controls.md", "functions.md"])
def test_the_committed_page_is_the_one_that_the_code_writes(
    repository: Path, pages: dict[str, str], name: str
) -> None:
    assert (repository / "docs" / name).read_text() == pages[name], "run make docs"


def test_every_problem_speaks_both_languages(pages: dict[str, str]) -> None:
    from engine.problems import CODES

    assert pages
    silent = [code for code, words in CODES.items() if not (words.zh and words.en)]
    assert silent == []
    assert [c for c, w in CODES.items() if bool(w.hint_zh) != bool(w.hint_en)] == []


def test_every_setting_is_documented() -> None:
    from server.settings import Settings

    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
