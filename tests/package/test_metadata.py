"""What the project says about itself agrees: version, licence, origins."""

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT, GRADING = (
    tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    for folder in (".", "grading")
)


def test_the_citation_has_the_version_and_the_licence_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert (citation["cff-version"], citation["version"]) == ("1.2.0", PROJECT["version"])
    assert citation["license"] == PROJECT["license"]


def test_both_packages_have_the_same_version_licence_and_python():
    for key in ("version", "license", "requires-python"):
        assert GRADING[key] == PROJECT[key]


def test_the_changelog_has_a_section_for_the_version_and_one_for_what_comes():
    lines = (ROOT / "CHANGELOG.md").read_text().splitlines()
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert sections[:2] == ["Unreleased", PROJECT["version"]]


def test_the_addresses_are_those_that_the_book_gives_for_the_origins_of_the_lessons():
    book = (ROOT / "book/index.md").read_text() + (ROOT / "book/references.bib").read_text()
    assert len(PROJECT["urls"]) == 2
    for label, address in PROJECT["urls"].items():
        assert address in book and label.startswith("Origin: ")
