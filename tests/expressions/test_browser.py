"""The browser's interpreter answers as Python does, line for line. It runs the bundle that `npm run build` makes."""

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.expressions import FUNCTIONS
from engine.expressions.batch import run_batch
from engine.expressions.calendar_cn import holidays, makeup_workdays
from engine.expressions.functions.clinic import acupoints
from engine.problems import Rejected
from server.formula_backends import run

FOLDER = Path(__file__).parent.parent / "vectors"
SERVER_ONLY = frozenset({"LOOKUP", "QUERY", "LINKED", "PINYIN", "PINYININITIALS"})
NOW = "2026-03-05T06:30:00Z"
SAMPLES = {
    "chart": {
        "teeth": {"36": {"status": "caries", "surfaces": {"O": ["caries"]}}, "11": {"status": "filled"}}
    },
    "points": [{"code": "ST36", "side": "LR"}, {"code": "LI4", "side": "L"}],
    "injections": [{"product": "p1", "amount": 4}, {"product": "p1", "units": 2}],
    "a": 1,
}


def in_browser(lines: Sequence[str]) -> list[str]:
    try:
        return list(run(lines, "browser"))
    except Rejected:
        pytest.fail("the browser app is not built: make setup")


def line(formula: str, **values: object) -> str:
    return json.dumps({"formula": formula, "values": {**SAMPLES, **values}, "now": NOW}, ensure_ascii=False)


def is_server_only(answer: str) -> bool:
    return '"formula.not_here"' in answer


def differences(lines: Sequence[str]) -> list[str]:
    return [
        f"{json.loads(given)['formula']}: {theirs}, not {ours}"
        for given, ours, theirs in zip(lines, run_batch(lines, "python"), in_browser(lines), strict=True)
        if ours != theirs and not is_server_only(theirs)
    ]


def test_all_shared_vectors_give_the_same_lines() -> None:
    given = [
        json.dumps(one)
        for path in sorted(FOLDER.glob("*.json"))
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]
    assert len(given) > 1000
    assert differences(given) == []


def test_the_example_of_every_function_works_but_for_the_few_of_the_server() -> None:
    named = [one for one in FUNCTIONS if one.name not in ("RAND", "RANDBETWEEN", "UUID")]
    given = [line(one.example) for one in named]
    assert differences(given) == []
    refused = {
        one.name for one, answer in zip(named, in_browser(given), strict=True) if is_server_only(answer)
    }
    assert refused == SERVER_ONLY


def test_what_only_the_server_knows_is_no_error_that_iferror_could_hide() -> None:
    assert all(is_server_only(one) for one in in_browser([line('IFERROR(LOOKUP("x", "1", "y"), 0)')]))


def test_lunar_days_solar_terms_and_workdays_agree_on_any_day() -> None:
    pick = random.Random(7)
    days = [date(1900, 1, 1) + timedelta(days=pick.randrange(73_414)) for _ in range(250)]
    days += [date(2004, 1, 1) + timedelta(days=pick.randrange(8_400)) for _ in range(250)]
    forms = ("LUNAR({d})", "SOLARTERM({d})", "ISWORKDAY({d})", "WORKDAY({d}, 7)", "WEEKNUM({d}, 21)")
    assert differences([line(form, d=day.isoformat()) for day in days for form in forms]) == []


def test_every_acupuncture_point_and_every_day_off_is_known() -> None:
    points = [line(f'{form}("{code}")') for code in acupoints() for form in ("POINTNAME", "MERIDIAN")]
    days = [line("ISHOLIDAY({d})", d=day.isoformat()) for day in holidays()]
    make_up = [line("ISWORKDAY({d})", d=day.isoformat()) for day in makeup_workdays()]
    assert differences([*points, *days, *make_up]) == []


def test_numbers_agree_to_the_last_digit() -> None:
    pick = random.Random(11)
    signs = ("{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} / {b}", "MOD({a}, {b})", "ROUND({a} / {b}, 12)",
             "SQRT({a}) * {b}", "LN({a})", "EXP({b} / 1000)", "{a} ^ 0.37", "STDEV({a}, {b}, 3)", "AVERAGE({a}, {b}, {b})",
             "PERCENTILE(LIST({a}, {b}, 1), 0.3)", "FLOOR({a}, {b})", 'TEXT({a}, "#,##0.00##")', "RMB({a})")  # fmt: skip
    given = []
    for _ in range(60):
        a, b = (f"{pick.randrange(1, 10**9)}e{pick.randrange(-20, 8)}" for _ in range(2))
        given += [line(sign, a=a, b=b) for sign in signs]
    typed = [json.dumps({**json.loads(one), "types": {"a": "number", "b": "number"}}) for one in given]
    assert differences(typed) == []


PATTERNS = ("a*", "a+?b", "(a|ab)(c|bcd)(d*)", "^a|b$", "x*", r"\bab\b", "[^a-c]+", r"[\d-]+", "a{2,3}", "a{,2}", "(?:ab)+",
            "张|三", r"\p{Han}+", r"\d{3,4}-?\d{7,8}", "(", "a**", r"(?=a)", r"\1", "[z-a]", "a{3,2}", "(a+)+$", "", ".", r"\.",
            r"\s+", "(a)|(b)", "((a)|b)*", "a??", r"\W", "[]a]+", "x|y|", r"\B", "()", "a{1001}", "[a-]", r"\q")  # fmt: skip
TEXTS = (
    "",
    "a",
    "aaab",
    "abcd",
    "ab ab",
    "xaay",
    "0571-88886666",
    "张三 abc",
    "b\na",
    "baaac",
    "a]-b",
    "a{,2}",
    "😀a😀",
)


def test_patterns_find_what_re2_finds() -> None:
    forms = ("REGEXMATCH({t}, {p})", "REGEXEXTRACT({t}, {p})", 'REGEXREPLACE({t}, {p}, "<>")')
    given = [line(form, t=text, p=pattern) for pattern in PATTERNS for text in TEXTS for form in forms]
    assert differences(given) == []


def test_a_pattern_that_would_hang_a_backtracking_matcher_is_quick() -> None:
    given = [line('REGEXMATCH({t}, "(a+)+$")', t="a" * 5000 + "!")]
    assert in_browser(given) == ['{"value": false}']


MOMENTS = ("{i}", "DATEADD({i}, 5, \"hour\")", "TIMEOFDAY({i})", "DATEADD({i}, 1, \"day\")", "FORMATDATE({i}, \"yyyy-mm-dd hh:mm\")",
           "DATETIME(YEAR({i}), MONTH({i}), DAY({i}), 2, 30)", "{i} + 0.123456", "DATEDIF({i}, NOW(), \"hour\")")  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Europe/London", "UTC"])
def test_instants_agree_in_zones_with_summer_time(zone: str) -> None:
    pick = random.Random(13)
    edges = [
        "2025-03-30T01:30:00Z",
        "2025-10-26T00:59:59Z",
        "2025-03-09T07:00:00Z",
        "2025-11-02T05:30:00Z",
        "1988-07-01T00:00:00Z",
    ]
    some = [
        f"{date(1950, 1, 1) + timedelta(days=pick.randrange(30_000))}T{pick.randrange(24):02d}:15:07Z"
        for _ in range(80)
    ]
    given = [
        json.dumps({"formula": form, "values": {"i": at}, "now": NOW, "zone": zone})
        for at in [*edges, *some]
        for form in MOMENTS
    ]
    assert differences(given) == []


def test_texts_may_hold_any_character_and_formulas_be_as_long_as_they_may() -> None:
    odd = 'a\u2028b\u2029c\x85d\x1ce\rf\ng\\"h\U0001f600'
    chain = "+".join(["1"] * 240)
    nested = "IF(TRUE, " * 40 + "1" + ", 2)" * 40
    given = [
        line("{t}", t=odd),
        line("LEN({t})", t=odd),
        line('REVERSE(SPLIT({t}, ""))', t=odd),
        line(chain),
        line(nested),
    ]
    typed = [json.dumps({**json.loads(one), "types": {"t": "text"}}) if "t" in one else one for one in given]
    assert differences(typed) == []
