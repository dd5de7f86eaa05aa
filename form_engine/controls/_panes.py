"""The setting of panes that hold fields: tabs, folds, steps, columns."""

from engine.schema import FORMULA, KEY, WORDS, Schema, array, closed
from form_engine.controls._settings import setting

PANE = closed(("key",), key=KEY, title=WORDS, items=array(KEY, maxItems=200), visible_if=FORMULA)


def panes(zh: str, en: str) -> Schema:
    """Return the setting of a list of panes."""
    return setting(zh, en, array(PANE, minItems=1, maxItems=20))
