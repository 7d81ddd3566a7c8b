"""Which of the files that a student handed in is which notebook, whatever it is called now."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from .platforms import Handin

# Browsers and editors add a second suffix to a notebook.
SUFFIX = re.compile(r"\.ipynb(?:\.(?:txt|json))?$", re.I)
CHECKPOINT = re.compile(r"(?:^|/)\.ipynb_checkpoints/|-checkpoint\.ipynb$", re.I)
COPY = re.compile(
    r"""^(?:copy|kopie|copie|copia) (?:[\s_]+(?:of|von|de|di))? [\s_]+
    | [\s_-]* (?: \(\d+\) | -\s*(?:copy|kopie|copie)\s*\d* | -\d+ ) \s* $""",
    re.I | re.X,
)
SAME, INSIDE, OTHER = 2, 1, 0
# Characters of a name that are looked at: no disk allows more, but a zip file does.
LONGEST = 255


@dataclass
class Choice:
    """What was chosen of a hand-in.

    Attributes
    ----------
    notebooks : dict of str to Handin
        The file of each notebook that was recognised, by the notebook's name.
    others : list of Handin
        Files that are none.
    remarks : list of str
        What a person should know of the choice.
    """

    notebooks: dict[str, Handin] = field(default_factory=dict)
    others: list[Handin] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def choose(files: Sequence[Handin], notebooks: Sequence[str]) -> Choice:
    """Recognise the notebooks of a problem set among files.

    A name counts if it is the notebook's, or was before a browser or platform made it a copy's
    ("latent_1d (1)", "Kopie von latent_1d"); then if it contains the notebook's. Among equals the
    later file counts where the platform tells it, then the one with the notebook's very name.
    Where one notebook and one file are left, that is it, whatever it is called.

    Parameters
    ----------
    files : sequence of Handin
        Of one student and attempt.
    notebooks : sequence of str
        Names without suffix.
    """
    candidates = [file for file in files if SUFFIX.search(file.file)]
    candidates = [f for f in candidates if not CHECKPOINT.search(f.file)] or candidates
    pairs = [(_key(file, name), i, name) for i, file in enumerate(candidates) for name in notebooks]
    choice, used = Choice(), set()
    for key, i, name in sorted(pairs, reverse=True):
        if key[0] != OTHER and name not in choice.notebooks and i not in used:
            choice.notebooks[name] = candidates[i]
            used.add(i)
    _take_what_is_left(choice, candidates, used, pairs, notebooks)
    chosen = {id(file) for file in choice.notebooks.values()}
    choice.others = [file for file in files if id(file) not in chosen and file.file]
    _remark(choice, candidates, notebooks)
    return choice


def _key(file: Handin, notebook: str) -> tuple:
    stem = SUFFIX.sub("", file.file.rpartition("/")[2])[:LONGEST]
    name, wanted = _letters(_uncopied(stem)), _letters(notebook)
    level = SAME if name == wanted else INSIDE if wanted in name else OTHER
    likeness = difflib.SequenceMatcher(None, name, wanted).ratio()
    return level, file.order, stem == notebook, likeness


def _take_what_is_left(choice, candidates, used, pairs, notebooks) -> None:
    missing = [name for name in notebooks if name not in choice.notebooks]
    left = [pair for pair in pairs if pair[1] not in used and pair[2] in missing]
    if len(missing) == 1 and left and (len(notebooks) == 1 or len(left) == 1):
        choice.notebooks[missing[0]] = candidates[max(left)[1]]


def _remark(choice: Choice, candidates: list[Handin], notebooks: Sequence[str]) -> None:
    for name, file in choice.notebooks.items():
        if file.file.rpartition("/")[2] != f"{name}.ipynb":
            choice.remarks.append(f"{name}.ipynb was {file.file}")
    if len(candidates) > len(choice.notebooks):
        choice.remarks.append(f"{len(candidates)} notebooks, of which the best match counts")
    for name in notebooks:
        if name not in choice.notebooks:
            choice.remarks.append(f"needs a person: no {name}.ipynb")


def _uncopied(stem: str) -> str:
    while (shorter := COPY.sub("", stem).strip()) != stem and shorter:
        stem = shorter
    return stem


def _letters(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text)).casefold()
