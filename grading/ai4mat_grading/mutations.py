"""Small ways in which code can be wrong: texts that differ from the original in one place.

`tools/mutate.py` asks which of them the tests of the package notice, `mutants` which of them cost
points in a problem set. Strings, messages of errors and decorators are left as they are.
"""

import ast
import builtins
import contextlib
import os
import random
import re

# What may stand for each other, and what for something else.
PAIRS = [("<", "<="), ("<", ">="), (">", ">="), (">", "<="), ("==", "!="), ("is", "is not")]
PAIRS += [("in", "not in"), ("+", "-"), ("*", "/"), ("<<", ">>"), ("&", "|"), ("and", "or")]
PAIRS += [("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("floor", "ceil")]
PAIRS += [("any", "all"), ("mean", "sum"), ("std", "var"), ("zeros", "ones"), ("sin", "cos")]
PAIRS += [("real", "imag"), ("exp", "expm1"), ("log", "log1p")]
ONE_WAY = [("**", "*"), ("//", "*"), ("%", "*"), ("^", "|")]
INSTEAD = {}
for old, new in PAIRS + [pair[::-1] for pair in PAIRS] + ONE_WAY:
    INSTEAD.setdefault(old, []).append(new)
OPERATOR = re.compile(rb"is not|not in|[a-z]+|[-+*/%<>=!&|^@]+")


class Source:
    """The text of a module, of which pieces can be replaced."""

    def __init__(self, text):
        self.code = text.encode()  # columns of syntax trees count bytes
        self.tree = ast.parse(text)
        lengths = [len(line) for line in self.code.splitlines(keepends=True)]
        self.starts = [sum(lengths[:i]) for i in range(len(lengths))]

    def span(self, node):
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def mutants(self):
        """The texts with one change each, without those that mean the same or nothing."""
        for start, end, new in self.edits():
            yield self.edited(start, end, new)

    def edits(self):
        """Start and end of each piece that makes a mutant, and what stands there instead."""
        seen = {ast.dump(self.tree)}
        for node in self._nodes(self.tree):
            for edit in self._edits(node):
                with contextlib.suppress(SyntaxError):
                    meaning = ast.dump(ast.parse(self.edited(*edit)))
                    if meaning not in seen:
                        seen.add(meaning)
                        yield edit

    def edited(self, start, end, new):
        return (self.code[:start] + new.encode() + self.code[end:]).decode()

    def _nodes(self, node):
        yield node
        if isinstance(node, ast.Raise | ast.JoinedStr):
            return
        decorators = getattr(node, "decorator_list", [])
        for child in ast.iter_child_nodes(node):
            if child not in decorators:
                yield from self._nodes(child)

    def _edits(self, node):
        """Start and end of a piece, and what could stand there instead."""
        start, end = self.span(node) if hasattr(node, "lineno") else (0, 0)
        if isinstance(node, ast.Compare):
            yield from self._operators([node.left, *node.comparators])
        elif isinstance(node, ast.BoolOp):
            yield from self._operators(node.values)
        elif isinstance(node, ast.BinOp):
            yield from self._operators([node.left, node.right])
        elif isinstance(node, ast.AugAssign):
            yield from self._operators([node.target, node.value])
            yield start, end, "pass"
        elif isinstance(node, ast.UnaryOp):
            yield start, self.span(node.operand)[0], ""
        elif isinstance(node, ast.Constant):
            yield from ((start, end, other) for other in _other_constants(node.value))
        elif isinstance(node, ast.Attribute):
            yield from ((end - len(node.attr), end, new) for new in INSTEAD.get(node.attr, []))
        elif isinstance(node, ast.Name) and hasattr(builtins, node.id):
            yield from ((start, end, new) for new in INSTEAD.get(node.id, []))
        elif isinstance(node, ast.keyword) and node.arg:
            yield *self._with_comma(start, end), ""
        elif isinstance(node, ast.Raise | ast.Continue | ast.Break) or _is_call(node):
            yield start, end, "pass"
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            yield from self._negated([node.test])
        elif isinstance(node, ast.comprehension):
            yield from self._negated(node.ifs)

    def _operators(self, operands):
        for left, right in zip(operands, operands[1:]):
            start, end = self.span(left)[1], self.span(right)[0]
            between = re.sub(rb"#.*", lambda comment: b" " * len(comment[0]), self.code[start:end])
            found = OPERATOR.search(between)
            symbol = found[0].decode()
            if symbol not in INSTEAD:
                symbol = symbol.removesuffix("=")  # of an assignment
            start += found.start()
            for other in INSTEAD.get(symbol, []):
                yield start, start + len(symbol), other

    def _negated(self, tests):
        """Conditions without an operator that would be changed anyway."""
        for test in tests:
            if isinstance(test, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
                yield self.span(test)[0], self.span(test)[0], "not "

    def _with_comma(self, start, end):
        before = self.code[:start].rstrip()
        if before.endswith(b","):
            return len(before) - 1, end
        return start, end + re.match(rb"\s*,?\s*", self.code[end:]).end()


def _other_constants(value):
    if isinstance(value, bool):
        return [str(not value)]
    if isinstance(value, int):
        return [str(value + 1)] + [str(value // 4 if value > 3 else value - 1)] * (value > 0)
    return [repr(2 * value), repr(value / 2)] if isinstance(value, float) else []


def _is_call(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def changed(old, new):
    """Line number and the lines that differ, without indentation, joined to one."""
    old, new = old.splitlines(), new.splitlines()
    first = len(os.path.commonprefix([old, new]))
    old, new = old[first:][::-1], new[first:][::-1]
    last = len(os.path.commonprefix([old, new]))
    return first + 1, *(" ".join(map(str.strip, lines[last:][::-1])) for lines in (old, new))


def sample_of(mutants, size):
    """All of them, or so many, in their order and the same every time."""
    if size is None or size >= len(mutants):
        return mutants
    return [mutants[i] for i in sorted(random.Random(0).sample(range(len(mutants)), size))]
