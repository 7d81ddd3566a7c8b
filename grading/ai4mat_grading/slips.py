"""Slips in reference answers: what `mutations` changes, and what goes wrong with arrays and seeds.

Only what stands below ``### BEGIN SOLUTION`` is changed.
"""

import ast
import re
import textwrap

from .mutations import Source

# Beside what `mutations` changes.
INSTEAD = {"mean": ["median"], "median": ["mean"], "float": ["int"], "argsort": ["sort"]}
# Functions and methods whose value could be taken for their argument.
PASSED_OVER = set(
    "abs arctan2 argsort asarray astype clip copy cumsum double exp expit log norm round "
    "sort sorted sqrt swapaxes tanh unique unwrap".split()
)


class Answer(Source):
    """The source of an answer, of which only what the release leaves out is changed."""

    def __init__(self, text: str):
        super().__init__(text + "\n")  # which ends where the solution does
        self.first = self.code.index(b"### BEGIN SOLUTION")

    def _edits(self, node):
        for start, end, new in [*super()._edits(node), *self._slips(node)]:
            if self.first < start:
                yield start, end, new

    def _slips(self, node):
        """What goes wrong with arrays, seeds and arguments."""
        start, end = self.span(node) if hasattr(node, "lineno") else (0, 0)
        if isinstance(node, ast.FunctionDef) and self.first > start:
            yield from self._in_place(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div):
            sign = " - " if isinstance(node.op, ast.Sub) else " / "
            yield start, end, sign.join(map(self._operand, (node.right, node.left)))
        elif isinstance(node, ast.Subscript):
            yield from self._other_parts(node.slice)
        elif isinstance(node, ast.Attribute):
            if node.attr == "T":
                yield end - len(".T"), end, ""
            yield from ((end - len(node.attr), end, new) for new in INSTEAD.get(node.attr, []))
        elif isinstance(node, ast.Name):
            yield from ((start, end, new) for new in INSTEAD.get(node.id, []))
            if node.id == "seed" and isinstance(node.ctx, ast.Load):
                yield start, end, "0"
        elif isinstance(node, ast.Call):
            yield from self._other_calls(node, start, end)

    def _other_calls(self, node, start, end):
        of = node.func.value if isinstance(node.func, ast.Attribute) else None
        called = node.func.attr if of else getattr(node.func, "id", None)
        is_method = of and self._text(of) not in ("np", "np.linalg", "torch")
        argument = of if is_method else node.args[0] if node.args else None
        if called in PASSED_OVER and argument:
            yield start, end, self._operand(argument)
        if called in ("std", "var", "cov"):
            yield end - 1, end - 1, ", ddof=1" if node.args or node.keywords else "ddof=1"
        if called == "integers":  # one seed for two purposes
            yield start, end, "seed"
        if len(node.args) > 1:
            first, second = node.args[:2]
            swapped = f"{self._text(second)}, {self._text(first)}"
            yield self.span(first)[0], self.span(second)[1], swapped

    def _other_parts(self, index):
        for part in index.elts if isinstance(index, ast.Tuple) else [index]:
            if isinstance(part, ast.Constant) and part.value == 0:
                yield *self.span(part), "-1"
            elif isinstance(part, ast.UnaryOp) and self._text(part) == "-1":
                yield *self.span(part), "0"
            elif isinstance(part, ast.Slice) and (part.lower is None) != (part.upper is None):
                text = self._text(part)
                yield *self.span(part), f"{text[1:]}:" if text[0] == ":" else f":{text[:-1]}"

    def _in_place(self, function):
        """Arguments that are arrays, by the docstring, hold other values afterwards."""
        start = self.code.index(b"\n", self.first) + 1
        body = textwrap.indent(self.code[start:].decode(), "    ")
        parameters = (ast.get_docstring(function) or "").split("\nReturns")[0]
        for names in re.findall(r"^(\w[\w, ]*) : ndarray", parameters, re.MULTILINE):
            for name in names.split(", "):
                yield start, len(self.code), f"    try:\n{body}    finally:\n        {name} += 1\n"

    def _operand(self, node):
        text = self._text(node)
        return f"({text})" if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare) else text

    def _text(self, node):
        start, end = self.span(node)
        return self.code[start:end].decode()

    def shown(self, start: int, end: int, new: str) -> str:
        """The line in which a piece is replaced, with both in braces."""
        if new.startswith("    try:"):
            return f"{{at last {new.split()[-3]} += 1}}"
        line = self.code.rindex(b"\n", 0, start) + 1
        until = self.code.index(b"\n", end)
        pieces = self.code[line:start], self.code[start:end], self.code[end:until]
        before, old, after = (
            re.sub(r"\s+", " ", re.sub(r"  #.*", "", piece.decode())) for piece in pieces
        )
        return f"{before}{{{old} -> {new}}}{after}".strip()
