"""`tools/mutate.py` finds what a test does not protect, and only that."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parent.parent.parent / "tools" / "mutate.py"
TOY = """\
def clipped(x, least=0):
    if x < least:
        return least
    return x
"""
TEST = """\
from ai4mat_ising.toy import clipped

def test_clipped():
    assert clipped(-3) == 0 and clipped(0.5) == 0.5
"""
BOUNDARY = """\
toy
- if x < least:
+ if x <= least:
  At x = least both return the same number.
"""


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location(TOOL.stem, TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def changes(tool, line):
    return [tool.changed(line, mutant)[2] for mutant in tool.Source(line).mutants()]


@pytest.mark.parametrize(
    "line, mutants",
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a == b", ["a != b"]),
        ("(a) + (b)", ["(a) - (b)"]),
        ("a * -b", ["a / -b", "a * b"]),
        ("SPACING = 5", ["SPACING = 6", "SPACING = 1"]),
        ("x = 0.25", ["x = 0.5", "x = 0.125"]),
        ("x = True", ["x = False"]),
        ("a and b or c", ["a and b and c", "a or b or c"]),
        ("x = f(a, ddof=k)", ["x = f(a)"]),
        ("x = f(ddof=k, axis=l)", ["x = f(axis=l)", "x = f(ddof=k)"]),
        ("a = x.mean(axis=-1)", [
            "a = x.sum(axis=-1)", "a = x.mean()", "a = x.mean(axis=1)",
            "a = x.mean(axis=-2)", "a = x.mean(axis=-0)",
        ]),
        ("mean = max(mean, y)", ["mean = min(mean, y)"]),
        ("x += a", ["x -= a", "pass"]),
        ("f(x)", ["pass"]),
        ("y = a if f(x) else b", ["y = a if not f(x) else b"]),
        ("µ = 'µ' * k", ["µ = 'µ' / k"]),
        ("def f(): raise ValueError(1 + 1)", ["def f(): pass"]),
        ("x = f'{1 + 1}'", []),
        ("@f(1)\ndef g(x): 'Return 1 + 1.'", []),
    ],
)  # fmt: skip
def test_each_part_of_a_statement_is_changed_once(tool, line, mutants):
    assert sorted(changes(tool, line)) == sorted(mutants)


def test_the_lines_that_differ_are_named(tool):
    old = "a\nb(\n  c,\n  d=1,\n)\ne\n"
    assert tool.changed(old, old.replace("c", "x")) == (3, "c,", "x,")
    assert tool.changed(old, old.replace(",\n  d=1", "")) == (4, "d=1,", "")
    assert tool.changed(old, old.replace("b(\n  c,\n  d=1,\n)", "pass")) == (
        2,
        "b( c, d=1, )",
        "pass",
    )
    assert tool.changed("a\na\na\n", "a\na\n") == (3, "a", "")


@pytest.fixture
def mutated(tmp_path):
    """Returns a function that runs the tool on a package of one module with one test."""

    def run(equivalent=""):
        for name, text in [
            ("ai4mat_ising/toy.py", TOY),
            ("tests/package/test_toy.py", TEST),
            ("tools/equivalent_mutants.txt", equivalent),
        ]:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        command = [sys.executable, TOOL, "toy"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (tmp_path / "ai4mat_ising/toy.py").read_text() == TOY
        return result

    return run


@pytest.mark.slow
def test_survivors_are_printed(mutated):
    result = mutated()
    assert result.stderr == "" and result.returncode == 1
    assert result.stdout == (
        "ai4mat_ising/toy.py:2 survived\n- if x < least:\n+ if x <= least:\n\n"
        "toy: 3 of 3 mutants: 2 killed, 0 too slow, 0 equivalent, 1 survived\n\n"
    )


@pytest.mark.slow
def test_mutants_known_to_be_equivalent_are_passed_over(mutated):
    result = mutated(BOUNDARY)
    assert (result.returncode, result.stderr) == (0, "")
    assert (
        result.stdout == "toy: 3 of 3 mutants: 2 killed, 0 too slow, 1 equivalent, 0 survived\n\n"
    )


@pytest.mark.slow
def test_an_entry_that_is_not_a_mutant_any_more_is_named(mutated):
    result = mutated(BOUNDARY + "\n" + BOUNDARY.replace("least", "lowest"))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(
        "tools/equivalent_mutants.txt: this is not a mutant of toy any more\n- if x < lowest:\n"
    )


@pytest.mark.slow
def test_tests_must_pass_to_begin_with(mutated, monkeypatch):
    monkeypatch.setitem(globals(), "TEST", TEST.replace("== 0 ", "== 1 "))
    result = mutated()
    assert result.returncode == 1 and "toy: tests/package/test_toy.py must pass" in result.stderr
