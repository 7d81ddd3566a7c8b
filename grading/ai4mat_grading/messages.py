"""What a student is told about a test that gave no points.

A test that students can see says everything. Of a hidden one they learn what its author wrote into
the message of a failed check, and of an error in their own function its kind. Text that their
functions have made up may hold an input of the test, so a message that repeats it is withheld.
"""

import re

from .records import PlannedCell
from .shell import text_of
from .standins import CellTimeoutError, Heard, StudentError, StudentProcessDied

# So many characters of a text tell something; so many of a message are enough.
TELLING, MOST = 8, 4000
WITHHELD = (
    "A hidden test has failed. Its message would repeat text that your function returned, and is "
    "left out: does the function return the kind of value that it is asked for?"
)
_ABOUT_THE_PROCESS = (StudentError, StudentProcessDied, CellTimeoutError)


def message_for(cell: PlannedCell, error: BaseException, heard: Heard) -> str:
    """Tell a student why a test gave no points.

    Parameters
    ----------
    cell : PlannedCell
        The test.
    error : BaseException
        What ended it.
    heard : Heard
        Text that the student's functions gave to this test.
    """
    kind, text = type(error).__name__, text_of(error).strip()[:MOST]
    trace = getattr(error, "of_student", None)
    if not cell.hidden:
        said = text if kind == "AssertionError" else f"{kind}: {text}".rstrip(": ")
        return f"{said}\n\n{trace.strip()}" if trace else said
    if trace is not None:
        return f"Your function raised {_article(kind)} {kind} in a hidden test."
    if isinstance(error, _ABOUT_THE_PROCESS):
        return f"{kind} in a hidden test: {text.split(':')[0]}."
    if kind == "NameError":
        return f"NameError in a hidden test: {text}"
    if kind != "AssertionError":
        return f"A hidden test ended in {_article(kind)} {kind}: it could not use what it got."
    return WITHHELD if _repeats(text, heard, cell.source) else text


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def _repeats(message: str, heard: Heard, source: str) -> bool:
    """Whether a message holds a part of a text that its author did not write."""
    if heard.too_much:
        return True
    message, source = _plain(message), _plain(source)
    telling = _parts(message, TELLING) - _parts(source, TELLING)
    for text in heard.texts:
        for form in {_plain(text), _plain(repr(text)[1:-1])}:
            if len(form) < TELLING:
                if len(form) > 2 and form in message and form not in source:
                    return True
            elif not telling.isdisjoint(_parts(form, TELLING)):
                return True
    return False


def _parts(text: str, n: int) -> set[str]:
    return {text[i : i + n] for i in range(len(text) - n + 1)}


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
