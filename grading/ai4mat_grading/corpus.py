"""Right and wrong answers to each problem set, on which its grading is tested.

They live in ``tests/assignments/NAME``: ``base.py``, ``right/*.py`` and ``wrong/*.py``. Each file
holds functions that take the place of the reference's; its docstring says what it is and, in
``wrong``, after "Loses:", which graded cells must lose their points. Written answers are in no
corpus.
"""

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .notebooks import asked_functions, submit
from .repository import read_source, root


@dataclass
class Answer:
    """One file of a corpus.

    Attributes
    ----------
    title : str
        What it is: the first line of its docstring.
    loses : frozenset of str
        Graded cells that must lose their points; empty for a right answer.
    preamble : str
        Its code outside the functions that are asked for.
    functions : dict of str to str
        Source of each function that is asked for.
    """

    title: str
    loses: frozenset[str]
    preamble: str
    functions: dict[str, str]


def corpus(name: str, kind: str) -> list[Path]:
    """Files of one problem set's corpus.

    Parameters
    ----------
    name : str
        Problem set.
    kind : {"right", "wrong"}
        ``base.py`` counts among those that are right, as the first.
    """
    folder = root() / "tests" / "assignments" / name
    own = sorted((folder / kind).glob("*.py"))
    return [folder / "base.py", *own] if kind == "right" else own


def read_answer(path: Path, asked: Collection[str]) -> Answer:
    """Parse a file of the corpus.

    Parameters
    ----------
    path : Path
        The file.
    asked : collection of str
        Names of the functions that the problem set asks for.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If the file has no docstring, or defines none of these functions: the answer would be that
        of ``base.py``.
    """
    text = path.read_text()
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    if docstring is None:
        raise ValueError(f"{path} must begin with a docstring that says what the answer is")
    loses = re.search(r"Loses:\s*([\w\s,]+)", docstring)
    functions, rest = {}, []
    for node in tree.body[1:]:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        segment = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in asked:
            functions[node.name] = segment
        else:
            rest.append(segment)
    if not functions:
        raise ValueError(
            f"{path} must define one of {', '.join(asked)}, or its answer is that of base.py"
        )
    return Answer(
        title=docstring.splitlines()[0],
        loses=frozenset(re.findall(r"\w+", loses[1])) if loses else frozenset(),
        preamble="\n".join(rest),
        functions=functions,
    )


def read_answers(name: str, kind: str) -> dict[str, Answer]:
    """Parse the files of one problem set's corpus: {stem: Answer}, as `corpus` lists them."""
    asked = asked_functions(read_source(name))
    return {path.stem: read_answer(path, asked) for path in corpus(name, kind)}


def fill_in(name: str, notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Fill the solution and each answer of the corpus into a copy of a notebook.

    An answer takes the functions that it leaves out from ``base.py``, which is quick.

    Parameters
    ----------
    name : str
        Problem set.
    notebook : NotebookNode
        Its release, or its source.

    Returns
    -------
    dict of str to NotebookNode
        By the stems of the files; the reference is called "solution".
    """
    answers = read_answers(name, "right") | read_answers(name, "wrong")
    base = answers["base"]
    return {"solution": submit(notebook, asked_functions(read_source(name)))} | {
        stem: submit(notebook, base.functions | answer.functions, [base.preamble, answer.preamble])
        for stem, answer in answers.items()
    }
