"""Tables show what they are given, in a browser and in a terminal."""

import pytest
from bs4 import BeautifulSoup

from ai4mat_ising.tables import Table


def test_a_browser_shows_heads_names_and_results():
    shown = Table(["T", "E/N (J)"], [["1.5", "-1.95"], ["<2", 3]])._repr_html_()
    page = BeautifulSoup(shown, "html.parser")
    assert [cell.text for cell in page.select("thead th[scope=col]")] == ["T", "E/N (J)"]
    assert [cell.text for cell in page.select("tbody th[scope=row]")] == ["1.5", "<2"]
    assert [cell.text for cell in page.select("td")] == ["−1.95", "3"]


def test_a_terminal_shows_columns():
    assert repr(Table(["model", "nats"], [["coin", "43.1"], ["exact", "0"]])) == (
        "model  nats\ncoin   43.1\nexact     0"
    )


def test_only_numbers_get_a_minus():
    assert Table(["a", "b"], [["-ELBO", "-1"]]).rows == (("-ELBO", "−1"),)


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"rows must have 2 entries, got \('a',\)"):
        Table(["a", "b"], [["a"]])
