"""Docstrings, comments and messages of the package are plain English: subject, verb, object."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "ai4mat_ising").rglob("*.py"))
# How they read once, and must not again; say "x must be ..., got ..." and "x is not a ...".
PHRASES = [
    r"\b(is|are|was|were|be|holds?) no\b(?! (more|longer|such|data)\b)",
    r"\b(is|are|or) none (of|among)\b",
    r"\bbut no\b",
    r", too\b",
    r"\ba npz\b",
]
# A docstring begins with a verb, or names the thing.
RIDDLES = r"(What|Where|How|Which|Whether|Like|That|It|Called|Says|Reads|Runs|Does|Is|Are|If)\b"


def found(text):
    # A phrase may go on in the next line, of a comment or of a string.
    text = re.sub(r'["\s]*\n\s*(#|f?")?\s*', " ", text)
    return [text[max(0, m.start() - 30) : m.end() + 20]
            for phrase in PHRASES for m in re.finditer(phrase, text)]  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_worst_phrases_stay_out(path):
    assert found(path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_begin_with_a_verb_or_name_the_thing(path):
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = [ast.get_docstring(n) for n in ast.walk(ast.parse(path.read_text()))
                  if isinstance(n, nodes)]  # fmt: skip
    assert [d.splitlines()[0] for d in docstrings if d and re.match(RIDDLES, d)] == []


@pytest.mark.parametrize(
    "text",
    [
        "spins is no\n        # array of -1/+1",
        '"T must be positive, got other numbers, "\n    f"too"',
        "write to a npz file",
        "If an argument is none of those above.",
    ],
)
def test_what_must_stay_out_is_found_across_lines(text):
    assert len(found(text)) == 1


def test_plain_english_passes():
    text = "Stop where there is no more data. A file without spins must not be empty, got 0 bytes."
    assert found(text) == []
