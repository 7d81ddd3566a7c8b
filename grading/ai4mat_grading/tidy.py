"""Tidy the source of a problem set, as JupyterLab cannot: clear outputs, name cells by grade ids.

.venv/bin/python tools/tidy_source.py vector_order
"""

import argparse
from pathlib import Path

import nbformat

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"


def tidy(notebook):
    """Clear the outputs of a notebook, and give the cells that nbgrader knows their grade ids."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if "nbgrader" in cell.metadata:
            cell.id = cell.metadata.nbgrader.grade_id.replace("_", "-")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="problem set")
    name = parser.parse_args().name
    path = SOLUTIONS / name / f"{name}.ipynb"
    if not path.is_file():
        parser.error(f"there is no {path}")
    source = nbformat.read(path, as_version=4)
    tidy(source)
    nbformat.write(source, path)
