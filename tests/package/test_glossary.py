"""The glossary and the chapters agree: each link has its term, and each term a link."""

import re
from pathlib import Path

BOOK = Path(__file__).parents[2] / "book"
PAGES = {path.stem: path.read_text() for path in BOOK.glob("*.md")}


def glossary_terms(page):
    """Terms that a page defines, in lower case."""
    (body,) = re.findall(r"```\{glossary\}\n:sorted:\n(.*?)```", page, re.DOTALL)
    return {line.lower() for line in body.splitlines() if line and not line.startswith(" ")}


def linked_terms(page):
    """Terms that a page links to, in lower case."""
    roles = re.findall(r"\{term\}`([^`]*)`", page)
    return {re.sub(r".*<(.*)>", r"\1", " ".join(role.split())).lower() for role in roles}


def disagreements(pages):
    """Find what is linked and not defined, and what is defined and linked by no chapter."""
    defined = glossary_terms(pages["glossary"])
    chapters = {name: linked_terms(page) for name, page in pages.items() if name != "glossary"}
    everywhere = set().union(linked_terms(pages["glossary"]), *chapters.values())
    unused = defined - set().union(*chapters.values())
    return [f"not defined: {term}" for term in sorted(everywhere - defined)] + [
        f"linked by no chapter: {term}" for term in sorted(unused)
    ]


def test_every_link_has_its_term_and_every_term_a_link():
    assert disagreements(PAGES) == []


def test_a_link_to_nowhere_and_a_term_that_no_chapter_uses_are_found():
    glossary = "```{glossary}\n:sorted:\nSweep\n  Many flips.\n\nNat\n  See {term}`sweep`.\n```\n"
    page = "In {term}`nats\n<Nat>`, of the {term}`posterior`."
    assert disagreements({"glossary": glossary, "page": page}) == [
        "not defined: posterior",
        "linked by no chapter: sweep",
    ]
