"""Texts with places for values."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems import Rejected
from engine.sandbox import Text, TextField, check_text, read_text, render
from engine.sandbox.text_filters import FILTERS, Shown

VALUES = {
    "name": "张三",
    "start": datetime(2026, 3, 5, 6, 30, tzinfo=UTC),
    "day": date(2026, 3, 5),
    "at": time(9, 5),
    "amount": Decimal("1234.50"),
    "share": Decimal("0.856"),
    "phone": "13812345678",
    "item": "种植牙",
    "items": [{"name": "洁牙", "qty": 2}, {"name": "补牙", "qty": 1}],
    "tags": ["VIP", "怕疼"],
    "vip": True,
    "note": None,
    "branch": {"name": "朝阳店"},
}
HOUSE, OUTSIDE = Shown(), Shown(is_private=False)


def shows(source: str, shown: Shown = HOUSE) -> str:
    return render(read_text(source), VALUES, shown)


@pytest.mark.parametrize(
    ("source", "zh", "en"),
    [
        ("{{ name }}", "张三", "张三"),
        ("{{ start | time }}", "14:30", "14:30"),
        ("{{ start | date }} {{ start | weekday }}", "3月5日 周四", "5 Mar Thursday"),
        ("{{ start }}", "3月5日 14:30", "5 Mar, 14:30"),
        ("{{ day }}", "2026年3月5日", "5 Mar 2026"),
        ("{{ day | lunar }}", "正月十七", "正月十七"),
        ("{{ at }}", "09:05", "09:05"),
        ("{{ amount }} {{ amount | money('¥') }}", "1234.5 ¥1,234.50", "1234.5 ¥1,234.50"),
        ("{{ share | percent(1) }}", "85.6%", "85.6%"),
        ("{{ phone | phone }} {{ name | person }}", "138****5678 张*", "138****5678 张*"),
        ("{{ tags }}", "VIP、怕疼", "VIP, 怕疼"),
        ("{{ vip }}{{ note }}{{ nothing.at.all }}", "是", "yes"),
        ("{{ branch.name | short(3) }} {{ branch }}", "朝阳店 朝阳店", "朝阳店 朝阳店"),
        ("{{ note | default('无') }}", "无", "无"),
        ("{{ amount + 1 }} {{ -amount }} {{ 'a' ~ tags ~ 1 }}", "1235.5 -1234.5 aVIP、怕疼1", "1235.5 -1234.5 aVIP, 怕疼1"),
        ("{% for i in items %}{{ loop.index }}.{{ i.name }}×{{ i.qty }}{% if not loop.last %}；{% endif %}{% endfor %}",
         "1.洁牙×2；2.补牙×1", "1.洁牙×2；2.补牙×1"),
        ("{% if amount > 1000 and name == '张三' %}高{% elif vip %}中{% else %}低{% endif %}", "高", "高"),
        ("{% if note is blank %}空{% endif %}{{ items[0].name }}{{ items[9].name }}{{ items | length }}", "空洁牙2", "空洁牙2"),
    ],
)  # fmt: skip
def test_values_are_shown_as_people_write_them(source, zh, en):
    assert shows(source) == zh
    assert shows(source, Shown("en")) == en


def test_a_rendered_text_is_not_rendered_again():
    assert render(read_text("{{ name }}"), {"name": "{{ 1 + 1 }}"}) == "{{ 1 + 1 }}"


def test_sensitive_values_leave_the_house_as_neutral_words():
    assert shows("{{ item | sensitive }}") == "种植牙"
    assert shows("{{ item | sensitive }}", OUTSIDE) == "您的项目"
    assert shows("{{ item | sensitive('本次治疗') }}", OUTSIDE) == "本次治疗"
    assert shows("{{ item | sensitive }}", Shown("en", is_private=False)) == "your treatment"


@pytest.mark.parametrize(
    "source",
    [
        "{{ name.__class__.__mro__ }}",
        "{{ name.format }}{{ name.upper() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ lipsum(n=1000000) }}",
        "{{ range(10) }}",
        "{{ items | map(attribute='name') }}",
        "{{ name | attr('__class__') }}",
        "{{ name | safe }}",
        "{{ name | format }}",
        "{% autoescape false %}{% endautoescape %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block a %}{% endblock %}",
        "{% macro m() %}{% endmacro %}",
        "{% call f() %}{% endcall %}",
        "{% set x = name %}",
        "{% with x = name %}{% endwith %}",
        "{% filter date %}x{% endfilter %}",
        "{{ 10 ** 100000000 }}",
        "{{ 10 % 3 }}",
        "{{ 10 // 3 }}",
        "{{ items[name] }}",
        "{{ items[1:2] }}",
        "{{ {'a': 1} }}",
        "{{ _turns }}",
        "{{ loop._iterable }}",
        "{{ name is callable }}",
        "{% for a, b in items %}{% endfor %}",
        "{% for a in items recursive %}{{ loop(a) }}{% endfor %}",
        "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "not " * 5000 + "vip }}",
        "{{ " + "+".join("1" * 5000) + " }}",
        "x" * 20_001,
        "{{ name",
        "{% if vip %}",
        "{{ 1 / 0 }}",
        "{{ day | format('" + "y" * 500 + "') }}",
        "{{ 'a' * 1000000000 }}",
        "{{ name < 3 }}",
    ],
)
def test_what_texts_do_not_have_is_refused(source):
    with pytest.raises(Rejected) as refused:
        shows(source)
    for problem in refused.value.problems:
        assert problem.code.startswith("wording.")
        assert problem.message("zh")
        assert problem.message("en")


@pytest.mark.parametrize("name", ["__class__", "__init__", "format", "items", "upper", "real"])
def test_no_attribute_of_a_python_object_is_ever_seen(name):
    for value in ("text", 1, Decimal(1), datetime.now(UTC), ["a"], {"a": 1}, object(), print):
        assert render(Text("{{ x['" + name + "'] }}"), {"x": value}) == ""
        assert render(Text("{{ x." + name + " }}"), {"x": value}) == ""


def test_loops_are_counted_all_together():
    nested = read_text("{% for a in rows %}{% for b in rows %}{{ b }}{% endfor %}{% endfor %}")
    assert len(render(nested, {"rows": list("a" * 99)})) == 99 * 99
    with pytest.raises(Rejected) as refused:
        render(nested, {"rows": list("a" * 200)})
    assert refused.value.problems[0].code == "wording.too_many_turns"


def test_the_length_is_capped():
    with pytest.raises(Rejected) as refused:
        render(
            read_text("{% for a in rows %}{{ big }}{% endfor %}"), {"rows": [1] * 100, "big": "x" * 10_000}
        )
    assert (
        refused.value.problems[0].code == "wording.too_long"
        or refused.value.problems[0].code == "wording.too_much"
    )


def test_the_values_it_names_are_known():
    text = read_text(
        "{{ name }}{% if customer.vip %}{{ plan.items[0].name | short(3) }}{% endif %}"
        "{% for i in plan.items %}{{ loop.index }}{{ i.qty }}{% endfor %}{{ a ~ b['c'] }}"
    )
    assert text.fields == {
        ("name",), ("customer", "vip"), ("plan", "items", "name"), ("plan", "items"), ("plan", "items", "qty"),
        ("a",), ("b", "c"),
    }  # fmt: skip


KNOWN = {
    ("name",): TextField(("name",), {"zh": "姓名", "en": "Name"}),
    ("diagnosis",): TextField(("diagnosis",), {"zh": "诊断", "en": "Diagnosis"}, is_secret=True),
    ("cost",): TextField(("cost",), {"zh": "成本", "en": "Cost"}, is_hidden=True),
}


class Lead:
    """The names of a lead's message."""

    def field(self, path):
        return KNOWN.get(path)

    def names(self) -> Iterable[str]:
        return [path[0] for path in KNOWN]


def codes(source: str) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in check_text(read_text(source), Lead(), "/channels/sms/zh")]


def test_a_text_that_reads_a_hidden_or_sensitive_field_is_told_where():
    assert codes("{{ name }}") == []
    assert codes("{{ cost }}") == [("wording.hidden_field", "/channels/sms/zh")]
    assert codes("{{ cost | sensitive }}") == [("wording.hidden_field", "/channels/sms/zh")]
    assert codes("{{ diagnosis }}") == [("wording.sensitive_field", "/channels/sms/zh")]
    assert codes("{% if diagnosis == '龋' %}补牙{% endif %}") == [
        ("wording.sensitive_field", "/channels/sms/zh")
    ]
    assert codes("{{ diagnosis | sensitive }}") == []


def test_an_unknown_name_is_told_with_the_nearest():
    problem = check_text(read_text("x\n{{ nmae }}"), Lead())[0]
    assert problem.code == "wording.unknown_name"
    assert problem.params["line"] == 2
    assert problem.params["nearest"] == "name"


@given(st.text(alphabet="{}%| .'\"()[]_abcfnoritdeh-+*/~=<>\n", max_size=60))
def test_whatever_is_typed_either_shows_something_or_is_refused(source):
    with suppress(Rejected):
        assert isinstance(render(read_text(source), VALUES), str)


@given(st.sampled_from(sorted(FILTERS)), st.one_of(st.none(), st.text(), st.integers(), st.booleans(), st.dates(),
       st.times(), st.decimals(), st.lists(st.text()), st.datetimes(timezones=st.just(UTC))))  # fmt: skip
def test_any_filter_takes_any_value_or_says_no(name, value):
    with suppress(Rejected):
        assert isinstance(render(read_text("{{ x | " + name + " }}"), {"x": value}), str)
