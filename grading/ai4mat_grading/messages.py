"""What a student is told about a test that gave no points.

A test that students can see says everything. Of a hidden one they learn what its author wrote into
the message of a failed check, and of an error in their own function its kind. What their functions
have made up may hold an input of the test, so a message that repeats text of theirs, or that is
full of numbers, is withheld.
"""

import re
from collections.abc import Set

from .failures import STUDENT
from .heard import Heard
from .records import PlannedCell, printable
from .shell import text_of

# Characters of a message, and of one of a hidden test, of which so many may be digits.
MOST, MOST_HIDDEN, MOST_DIGITS = 4000, 1000, 80
# So many characters of a text tell something; of shorter ones, more than a few do.
TELLING, SHORT, FEW = 8, 2, 10
WITHHELD = (
    "A hidden test has failed. Its message would repeat what your function returned, and is "
    "left out: does the function return the kind of value that it is asked for?"
)


def message_for(cell: PlannedCell, error: BaseException, heard: Heard, asked: Set[str]) -> str:
    """Tell a student why a test gave no points.

    Parameters
    ----------
    cell : PlannedCell
        The test.
    error : BaseException
        What ended it.
    heard : Heard
        Text that the student's functions gave to this test.
    asked : set of str
        Names that the problem set asks for.
    """
    kind, text = type(error).__name__, text_of(error).strip()[:MOST]
    trace = getattr(error, "of_student", None)
    if not cell.hidden:
        said = text if kind == "AssertionError" else f"{kind}: {text}".rstrip(": ")
        return printable(f"{said}\n\n{trace.strip()}" if trace else said, but="\n\t")
    if trace is not None:
        return f"Your function raised {_article(kind)} {kind} in a hidden test."
    if isinstance(error, STUDENT):
        return f"{kind} in a hidden test: {text.split(':')[0]}."
    if isinstance(error, NameError) and error.name in asked:
        return f"NameError in a hidden test: name '{error.name}' is not defined"
    if kind != "AssertionError":
        return f"A hidden test ended in {_article(kind)} {kind}: it could not use what it got."
    if _tells(text, heard, cell.source):
        return WITHHELD
    return printable(text, but="\n\t") or "A hidden test has failed."


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def _tells(message: str, heard: Heard, source: str) -> bool:
    """Whether a message may hold something that its author did not write."""
    if len(message) > MOST_HIDDEN or sum(map(str.isdigit, message)) > MOST_DIGITS:
        return True
    short = {text for text in heard.texts if len(text) <= SHORT}
    return heard.too_much or len(short) > FEW or _repeats(message, heard.texts - short, source)


def _repeats(message: str, texts: Set[str], source: str) -> bool:
    """Whether a message holds a part of a text that its author did not write."""
    message, source = _plain(message), _plain(source)
    telling = _parts(message) - _parts(source)
    for text in texts:
        for form in {_plain(text), _plain(repr(text)[1:-1])}:
            if len(form) < TELLING:
                if len(form) > SHORT and form in message and form not in source:
                    return True
            elif not telling.isdisjoint(_parts(form)):
                return True
    return False


def _parts(text: str) -> set[str]:
    return {text[i : i + TELLING] for i in range(len(text) - TELLING + 1)}


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()
