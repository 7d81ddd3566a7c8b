"""Makes a start of `ising-grade` quicker: leaves out what an import does in vain."""

import sys
import types


def leave_out_grammars() -> None:
    """Import jsonschema without its check of international web addresses.

    No notebook has a field of that format, and to read the grammar takes 2 s in each process.
    """
    sys.modules.setdefault("rfc3987_syntax", None)


def leave_out_pages() -> None:
    """Import nbgrader's functions without its pages in JupyterLab, which load all else of it.

    For processes that need its rules of points and nothing else: it saves them 0.7 s.
    """
    for page in ("assignment_list", "course_list", "formgrader", "validate_assignment"):
        module = types.ModuleType(f"nbgrader.server_extensions.{page}")
        module.load_jupyter_server_extension = None
        sys.modules.setdefault(module.__name__, module)
