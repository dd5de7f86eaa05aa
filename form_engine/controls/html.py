"""HTML block (富文本说明): safe HTML, shown as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import closed
from form_engine.controls._html import safe
from form_engine.controls._settings import said
from form_engine.controls._virtual import Layout


@dataclass(frozen=True)
class Html(Layout):
    """Made safe when the settings are read, so no definition can carry a script into the browser."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        filled = dict(super().settings(given))
        filled["html"] = {lang: safe(words) for lang, words in filled.get("html", {}).items()}
        return filled


CONTROL = Html(
    kind="html",
    zh="图文说明",
    en="HTML block",
    icon="html5",
    config_schema=closed(("html",), html=said("内容", "Content")),
    sample={"config": {"html": {"zh": "<p>术前须知</p>", "en": "<p>Before surgery</p>"}}},
)
