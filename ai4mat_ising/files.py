"""Files that are written as a whole or not at all, whatever is in them."""

import contextlib
import os
import uuid


@contextlib.contextmanager
def replacing(path):
    """Open a file for writing, under another name until it is complete.

    Parameters
    ----------
    path : Path
        What is there stays as it is if the block raises.

    Yields
    ------
    binary file
    """
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
