"""What can go wrong with a student's process, and its own errors as errors of Python."""

import builtins

from .wire import Node, clean

# Errors of a student's process come as one of these; others as what they are derived from.
_KNOWN = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and kind is not Exception
    and not issubclass(kind, Warning | UnicodeError | ExceptionGroup | StopIteration)
    and not issubclass(kind, StopAsyncIteration)
}


class StudentError(Exception):
    """What the student's process sent is no answer."""


class StudentProcessDied(Exception):
    """The student's process has ended: a crash, an exit, or too much memory."""


class CellTimeoutError(BaseException):
    """A cell took too long; no ``except Exception`` of a test goes on after it."""


# What a student's process can do to the judge, beside raising an error.
STUDENT = (StudentError, StudentProcessDied, CellTimeoutError)
for _kind in STUDENT:
    _kind.__module__ = "builtins"  # how a traceback names it


class Broken(Exception):
    """The sandbox itself has failed; no student can cause this."""


def error_of(head: dict[str, Node]) -> tuple[Exception, list[str]]:
    """An error of a student's process as one of Python's own, and all text that came with it.

    Its attribute `of_student` is the traceback there.

    Parameters
    ----------
    head : dict
        The message: names of the error's types, its text, its traceback, or whatever came.
    """
    kinds = head.get("kinds")
    names = [clean(kind) for kind in kinds[:50] if type(kind) is str] if type(kinds) is list else []
    names = names or ["Exception"]
    text, trace = (clean(x) if type(x := head.get(key)) is str else "" for key in ("text", "trace"))
    text = text[:4000]
    known = next((_KNOWN[name] for name in names if name in _KNOWN), RuntimeError)
    error = known(text if known.__name__ == names[0] else f"{names[0][:100]}: {text}")
    error.of_student = trace[-8000:]
    return error, [text, *names]
