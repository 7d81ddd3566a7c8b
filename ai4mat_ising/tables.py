"""Tables of results: Jupyter shows them as tables, a terminal as columns."""

from html import escape


class Table:
    """Results in rows, each with a name. Introduced in the chapter on the Ising model.

    As the last expression of a cell it is shown as a table.

    Parameters
    ----------
    columns : sequence of str
        What the columns hold, with units.
    rows : iterable of sequences
        A name and results, one for each column. Format numbers before: ``f"{energy:.4f}"``.

    Attributes
    ----------
    columns : tuple of str
    rows : tuple of tuples of str

    Raises
    ------
    ValueError
        If a row does not have as many entries as there are columns.
    """

    def __init__(self, columns, rows):
        self.columns = tuple(columns)
        self.rows = tuple(tuple(map(_text, row)) for row in rows)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"rows must have {len(self.columns)} entries, got {row}")

    def __repr__(self):
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines)]
        return "\n".join(
            "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
            for line in lines
        )

    def _repr_html_(self):
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>\n"
            for first, *cells in self.rows
        )
        return (
            '<div class="scrolls"><table class="results">\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
        )


def _text(entry):
    """Return an entry as text, with a minus sign before numbers."""
    text = str(entry)
    return "−" + text[1:] if text[:1] == "-" and text[1:2].isdigit() else text
