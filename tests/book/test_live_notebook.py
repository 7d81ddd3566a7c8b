"""A live figure in JupyterLab: the widget is what one can play with on a page of the book."""

from contextlib import closing

import jupyterlab_of_a_course as jupyterlab
import nbformat
import pytest

FIGURE = """\
import matplotlib.pyplot as plt
from ai4mat_ising.live import Live
Live(plt.figure(figsize=(2, 2)), size=32)"""


@pytest.mark.slow
def test_a_live_figure_runs_in_jupyterlab(new_page, tmp_path):
    (tmp_path / "home").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    cells = [nbformat.v4.new_code_cell(FIGURE)]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, tmp_path / "live.ipynb")
    with jupyterlab.started(tmp_path) as address, closing(new_page()) as page:
        page.goto(address.replace("/lab?", "/lab/tree/live.ipynb?"))
        page.get_by_text("| Idle").wait_for()  # before, the menu would run nothing
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        box = page.locator(".live")
        box.locator("canvas").wait_for()
        box.get_by_role("button", name="Pause").click()
        box.get_by_role("button", name="Start cold").click()
        assert "|m| = 1.00, E/N = \u22122.00 after 0" in box.locator(".live-numbers").inner_text()
        assert page.locator(".jp-OutputArea-output img").count() == 0
