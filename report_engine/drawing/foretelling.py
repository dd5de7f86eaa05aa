"""What stands below a forecast: how far off the method was on the past, and whether there is past enough to rely on."""

from collections.abc import Mapping

from report_engine.drawing.numbers import full
from report_engine.table import Table

ERROR = {"zh": "回测误差 {error}（近 {count}）", "en": "Back-test error {error} (last {count})"}
SHORT = {"zh": "历史不足 {count}，仅供参考", "en": "Less than {count} of past: for guidance only"}
SPANS: Mapping[str, Mapping[str, str]] = {
    "day": {"zh": "{n} 天", "en": "{n} days"},
    "week": {"zh": "{n} 周", "en": "{n} weeks"},
    "month": {"zh": "{n} 个月", "en": "{n} months"},
    "quarter": {"zh": "{n} 个季度", "en": "{n} quarters"},
}


def proof(table: Table, lang: str) -> list[str]:
    """Return the lines below a forecast; none where nothing was forecast."""
    said = table.notes
    grain = str(said.get("grain"))
    if "smape" not in said or grain not in SPANS:
        return []

    def span(count: int) -> str:
        return SPANS[grain][lang].format(n=count)

    found = []
    if said["smape"] is not None:
        error = full(said["smape"] / 100, "percent", lang)
        found.append(ERROR[lang].format(error=error, count=span(said["tried"])))
    if not said["is_sure"]:
        found.append(SHORT[lang].format(count=span(said["wanted"])))
    return found
