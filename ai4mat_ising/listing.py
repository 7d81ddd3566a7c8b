"""The source of a class as a page shows it: without docstrings and without checks of arguments."""

import ast
import inspect
import re
import textwrap


class Listing(str):
    """Source code that Jupyter shows as a block of Python."""

    def _repr_markdown_(self):
        return f"```python\n{self}```"


def listing(thing):
    """Return the source of a function or class without docstrings and checks.

    A check is a statement that can do nothing but raise an error, or a call of a function named
    `_check_...`. A call of `checked_...("name", value, ...)` becomes the value, which it returns
    if nothing is wrong. Introduced in the week-11 chapter.

    Parameters
    ----------
    thing : function or class

    Returns
    -------
    Listing
        A string; as the last expression of a cell it is shown as a block of code.
    """
    source = textwrap.dedent(inspect.getsource(thing))
    lines, dropped = source.splitlines(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and (_is_docstring(node) or _is_check(node)):
            dropped |= set(range(node.lineno - 1, node.end_lineno))
    kept = "\n".join(line for i, line in enumerate(lines) if i not in dropped)
    kept = re.sub(r'checked_\w+\("\w+", (\w+)[^()]*\)', r"\1", kept)
    kept = re.sub(r"^ *(\w+) = \1\n", "", kept, flags=re.MULTILINE)
    return Listing(re.sub(r"\n{3,}", "\n\n", kept).replace(":\n\n", ":\n") + "\n")


def _is_docstring(node):
    """Tell whether a statement is a string that nothing uses."""
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def _is_check(node):
    """Tell whether a statement can do nothing but raise an error."""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return getattr(node.value.func, "id", "").startswith("_check_")
    if isinstance(node, ast.If | ast.For):
        return all(map(_is_check, node.body + node.orelse))
    return False
