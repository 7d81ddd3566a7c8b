"""Makes a start of `ising-grade` quicker: leaves out what an import does in vain."""

import sys


def leave_out_grammars() -> None:
    """Import jsonschema without its check of international web addresses.

    No notebook has a field of that format, and to read the grammar takes 2 s in each process.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
