"""What a student is told about a test that gave no points.

A test that students can see says everything. Of a hidden one they learn what its author wrote into
the message of a failed check, and of an error in their own function its kind. Text that their
functions have made up may hold an input of the test, so a message that repeats it is withheld.
"""

import re
from collections.abc import Iterable

from .records import PlannedCell
from .standins import CellTimeoutError, StudentError, StudentProcessDied

# So many characters of a text tell something.
TELLING = 8
WITHHELD = (
    "A hidden test has failed. Its message would repeat text that your function returned, and is "
    "left out: does the function return the kind of value that it is asked for?"
)
_ABOUT_THE_PROCESS = (StudentError, StudentProcessDied, CellTimeoutError)


def message_for(cell: PlannedCell, error: BaseException, texts: Iterable[str]) -> str:
    """Tell a student why a test gave no points.

    Parameters
    ----------
    cell : PlannedCell
        The test.
    error : BaseException
        What ended it.
    texts : iterable of str
        Text that the student's functions gave to this test.
    """
    kind, text = type(error).__name__, str(error).strip()
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
    return WITHHELD if any(_repeats(text, one, cell.source) for one in texts) else text


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def _repeats(message: str, text: str, source: str) -> bool:
    """Whether a message holds a part of a text that its author did not write."""
    message, source = _plain(message), _plain(source)
    for form in {_plain(text), _plain(repr(text)[1:-1])}:
        n = min(TELLING, len(form))
        parts = (form[i : i + n] for i in range(len(form) - n + 1)) if n > 2 else ()
        if any(part in message and part not in source for part in parts):
            return True
    return False


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
