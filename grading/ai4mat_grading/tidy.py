"""Tidy the source of a problem set, as JupyterLab cannot: clear outputs, name cells by grade ids.

python -m ai4mat_grading.tidy vector_order
"""

import argparse

import nbformat
from nbformat import NotebookNode

from .notebooks import read_notebook
from .repository import root


def tidy(notebook: NotebookNode) -> None:
    """Clear the outputs of a notebook, and give the cells that nbgrader knows their grade ids."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if "nbgrader" in cell.metadata:
            cell.id = cell.metadata.nbgrader.grade_id.replace("_", "-")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", metavar="SET", help="problem set")
    name = parser.parse_args(arguments).name
    path = root() / "solutions" / name / f"{name}.ipynb"
    if not path.is_file():
        parser.error(f"SET must be a folder of solutions/ with a notebook of its name, got {name}")
    source = read_notebook(path)
    tidy(source)
    nbformat.write(source, path)


if __name__ == "__main__":
    main()
