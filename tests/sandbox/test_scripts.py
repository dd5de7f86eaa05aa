"""Scripts in their box: what they can do, and all that they cannot."""

import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.problems import Code, Forbidden, Rejected
from engine.sandbox.scripts import PROGRAM, BoxScripts, Limits, check_script

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="scripts need Linux")

NOT_YOURS = Code("test.not_yours", zh="无权查看", en="Not yours")


@pytest.fixture(scope="module")
def box() -> Iterator[BoxScripts]:
    opened = BoxScripts()
    yield opened
    opened.close()


def code_of(box: BoxScripts, source: str, timeout_s: float = 0.5, **calls) -> str:
    with pytest.raises(Rejected) as refused:
        box.run(source, {}, calls, timeout_s)
    return refused.value.problems[0].code


def test_the_box_holds_on_this_machine(box):
    assert box.off_because is None, box.off_because


def test_a_script_makes_data_of_data(box):
    source = """
totals = {}
for item in given["items"]:
    name, price = item["name"].strip(), Decimal(item["price"])
    totals[name] = totals.get(name, Decimal(0)) + price
    totals[name] += 1
result = {"totals": totals, "names": sorted(totals), "first": date.fromisoformat(given["day"]) + timedelta(days=1),
          "any": any(v > 3 for v in totals.values()), "pairs": [(a, b) for a, b in zip([1, 2], "xy")]}
"""
    given = {"items": [{"name": " a ", "price": "1.50"}, {"name": "b", "price": "3.00"}], "day": "2026-02-28"}
    assert box.run(source, given, {}) == {
        "totals": {"a": "2.50", "b": "4.00"},
        "names": ["a", "b"],
        "first": "2026-03-01",
        "any": True,
        "pairs": [[1, "x"], [2, "y"]],
    }


def test_what_it_asks_the_house_is_answered_by_the_house(box):
    asked = []

    def read(form: str, record_id: str) -> dict:
        asked.append((form, record_id))
        return {"name": "张三", "amount": 3}

    source = "lead = read('lead', record_id=given['id'])\nresult = lead['name'] + str(lead['amount'] * 2)"
    assert box.run(source, {"id": "L1"}, {"read": read}) == "张三6"
    assert asked == [("lead", "L1")]


def test_what_the_gate_refuses_a_script_may_catch(box):
    def read(form: str) -> None:
        raise Forbidden(NOT_YOURS.at("/form"))

    caught = "try:\n    read('lead')\nexcept CallRefused as why:\n    result = str(why)"
    assert box.run(caught, {}, {"read": read}) == "test.not_yours: 无权查看"
    assert code_of(box, "read('lead')", read=read) == "script.failed"


def test_an_error_is_told_with_its_line(box):
    with pytest.raises(Rejected) as refused:
        box.run("a = 1\nb = a / 0\n", {}, {})
    problem = refused.value.problems[0]
    assert (problem.code, problem.params["line"]) == ("script.failed", 2)
    assert "ZeroDivisionError" in problem.message("en")


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from os import system",
        "class A: pass",
        "x = ().__class__.__bases__[0].__subclasses__()",
        "x = (n for n in [1]).gi_frame",
        "def f():\n    yield 1",
        "async def f(): pass",
        "try:\n    pass\nexcept* ValueError:\n    pass",
        "exec('1')",
        "eval('1')",
        "global x",
        "x = 1; x.__dict__ = 2",
        "def f(_getattr_, /): pass",
        "lambda _getattr_: 1",
        "x._private",
        "__builtins__",
        "nope(",
        "(" * 10_000,
        "x = " + "+".join("1" * 6_000),
        "#" * 20_001,
    ],
)
def test_what_the_language_does_not_have_is_refused_before_it_runs(box, source):
    assert check_script(source, "/nodes/1/source")[0].path == "/nodes/1/source"
    assert code_of(box, source) in {"script.refused", "script.failed"}


@pytest.mark.parametrize(
    "source",
    [
        "open('/etc/passwd')",
        "getattr('', 'format')",
        "type('')",
        "vars()",
        "str.format('{0.__class__}', 1)",
        "'{0.__class__}'.format(1)",
        "x = 'a'.format_map",
        "x = 'a'.encode",
        "x = Decimal(1).__class__",
        "x = print.__self__",
        "result = open",
        "result = (n for n in [1])",
        "result = print",
        "input()",
        "help()",
        "breakpoint()",
        "memoryview(b'')",
        "x = date.today()",
        "x = CallRefused('a').args",
        "try:\n    1 / 0\nexcept Exception as e:\n    x = e.with_traceback",
        "try:\n    {}.nope\nexcept Exception as e:\n    x = e.obj",
    ],
)
def test_tricks_with_objects_find_nothing(box, source):
    assert code_of(box, source) in {"script.failed", "script.refused"}


@pytest.mark.parametrize(
    "source",
    [
        "while True:\n    pass",
        "while True:\n    try:\n        while True: pass\n    except:\n        pass",
        "x = 7 ** 10 ** 9",
        "def f():\n    while True:\n        pass\nf()",
        "x = sum(range(10 ** 12))",
        "for a in range(10 ** 12):\n    pass",
        "x = sorted(range(10 ** 7), key=lambda n: [n] * 100)[0]",
    ],
)
def test_endless_work_is_stopped(box, source):
    assert code_of(box, source, 0.3) in {"script.too_slow", "script.memory"}


@pytest.mark.parametrize(
    "source",
    [
        "x = 'a' * 10 ** 9",
        "x = []\nwhile True:\n    x.append('a' * 10 ** 6)",
        "x = [0] * 10 ** 9",
        "result = f'{1:>1000000000}'",
        "x = '%1000000000d' % 1",
    ],
)
def test_memory_is_capped(box, source):
    assert code_of(box, source, 2.0) == "script.memory"


def test_recursion_and_huge_results_are_told(box):
    assert code_of(box, "def f():\n    f()\nf()") == "script.failed"
    assert code_of(box, "result = 'a' * 3000000", 2.0) == "script.too_much"
    assert code_of(box, "while True:\n    ask()", 2.0, ask=lambda: 1) == "script.too_much"


def test_one_run_leaves_nothing_to_the_next(box):
    box.run("given['x'] = 1\ndate_ = date\nresult = 1", {}, {})
    assert code_of(box, "result = date_") == "script.failed"
    assert box.run("result = given", {}, {}) == {}


def test_many_at_once_do_not_mix(box):
    answers: dict[int, int] = {}

    def one(number: int) -> None:
        answers[number] = box.run("result = twice(given['n']) + 1", {"n": number}, {"twice": lambda n: n * 2})

    threads = [threading.Thread(target=one, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: number * 2 + 1 for number in range(16)}


def test_a_box_that_died_is_started_again(box):
    assert box.run("result = 1", {}, {}) == 1
    box._box.send_signal(signal.SIGKILL)
    box._box.wait()
    assert box.run("result = 2", {}, {}) == 2


def test_without_its_walls_the_box_refuses_to_serve(tmp_path):
    shutil.copytree(PROGRAM.parent, tmp_path / "box")
    walls = tmp_path / "box" / "walls.py"
    walls.write_text(
        walls.read_text().replace("if LIBC.prctl(_SET_SECCOMP", "if False and LIBC.prctl(_SET_SECCOMP")
    )
    weak = BoxScripts(program=tmp_path / "box" / "program.py")
    off = weak.off_because
    assert off is not None
    assert "read_file" in off.message("en")
    with pytest.raises(Rejected) as refused:
        weak.run("result = 1", {}, {})
    assert refused.value.problems[0].code == "script.off"
    weak.close()


def test_a_box_that_does_not_start_keeps_scripts_off(tmp_path):
    broken = tmp_path / "program.py"
    broken.write_text("raise SystemExit(1)")
    assert BoxScripts(program=Path(broken)).off_because is not None


def test_the_time_of_one_run_is_capped_by_the_house():
    short = BoxScripts(Limits(most_s=0.2))
    assert code_of(short, "while True:\n    pass", 60.0) == "script.too_slow"
    short.close()
