"""Text that a student's process gave to a test, which must not come back in its message."""

from typing import Any

import numpy as np

from .standins import Handle

# Characters of text that a message is compared with.
MOST = 200_000


class Heard:
    """The text in all values that have come.

    Attributes
    ----------
    texts : set of str
        What it is.
    too_much : bool
        Whether there was more than is kept.
    """

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.too_much = False
        self._left = MOST

    def add(self, value: Any) -> None:
        """Keep the text in a value."""
        if isinstance(value, str):
            if value not in self.texts:
                self._keep(str(value))
        elif isinstance(value, bytes):
            self.add([value.decode("latin-1"), repr(value)[2:-1]])
        elif isinstance(value, Handle):
            self.add([repr(value), type(value).__name__])
        elif isinstance(value, dict):
            self.add([*value.keys(), *value.values()])
        elif isinstance(value, slice):
            self.add([value.start, value.stop, value.step])
        elif isinstance(value, list | tuple | set | frozenset):
            for item in value:
                if type(item) not in (int, float):  # of which there are many
                    self.add(item)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "SUO":
            self.add(value.ravel().tolist())

    def _keep(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            self.too_much = True
        else:
            self.texts.add(text)
