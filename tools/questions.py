"""Questions that answer back: a Sphinx extension with the directive `question`.

A choice is a term of a definition list, what is right or wrong about it its definition; `right`
counts from 1. A question for a number has the option `number` and text that explains the answer:

    ```{question} By how much does the energy per spin exceed $-2$?
    :number: 0.25
    Each wall breaks 16 bonds.
    ```

Without JavaScript, in print and in notebooks the answer is folded below the question.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


def setup(app):
    """Tell Sphinx what the extension adds."""
    app.add_directive("question", Question)
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(choice, html=(visit_choice, depart_choice))
    app.add_node(answer, html=(visit_answer, depart_answer))
    app.add_node(reason, html=(visit_reason, depart_reason))
    return {"parallel_read_safe": True}


class question(nodes.General, nodes.Element):  # noqa: N801 - as docutils names nodes
    """Holds a paragraph, choices and an answer; `right` is a number of a choice, or the number."""


class choice(nodes.General, nodes.TextElement):  # noqa: N801
    """One choice, with its `number`."""


class answer(nodes.General, nodes.Element):  # noqa: N801
    """Holds the reasons, folded until someone asks."""


class reason(nodes.General, nodes.Element):  # noqa: N801
    """What is right or wrong about one choice."""


class Question(SphinxDirective):
    """The directive; its argument is the question."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {
        "right": directives.positive_int,
        "number": float,
        "tolerance": directives.unchanged,
    }

    def run(self):
        """Return the node of the question."""
        node = question(name=f"question-{self.env.new_serialno('question')}")
        texts, _ = self.state.inline_text(self.arguments[0], self.lineno)
        node += nodes.paragraph("", "", *texts, classes=["asked"])
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        if "number" in self.options:
            tolerance = float(self.options.get("tolerance", 0.01))
            node.attributes |= {"right": self.options["number"], "tolerance": tolerance}
            reasons = [reason("", *body.children, number=0, right=True)]
        else:
            node["right"], reasons = self.options["right"], []
            items = list(body.findall(nodes.definition_list_item))
            if not 1 <= node["right"] <= len(items):
                raise self.error(f"right must be a number of one of {len(items)} choices")
            for number, item in enumerate(items, 1):
                node += choice("", "", *item[0].children, number=number)
                right = number == node["right"]
                told = nodes.strong("", "Right. " if right else "No. ")
                first = item[1][0]
                first.insert(0, told)
                reasons.append(reason("", *item[1].children, number=number, right=right))
        node += answer("", *reasons)
        return [node]


def visit_question(translator, node):
    """Begin a form; a script makes it answer."""
    name, right = node["name"], node["right"]
    more = f' data-tolerance="{node["tolerance"]}"' if "tolerance" in node else ""
    translator.body.append(f'<form class="question" id="{name}" data-right="{right}"{more}>\n')
    translator.body.append(f'<fieldset aria-labelledby="{name}-asked">\n')
    node[0]["ids"].append(f"{name}-asked")


def depart_question(translator, node):
    translator.body.append("</form>\n")


def visit_choice(translator, node):
    name, number = node.parent["name"], node["number"]
    translator.body.append(f'<label><input type="radio" name="{name}" value="{number}"/> <span>')


def depart_choice(translator, node):
    translator.body.append("</span></label>\n")


def visit_answer(translator, node):
    name = node.parent["name"]
    if "tolerance" in node.parent:
        translator.body.append(
            f'<label>Your number: <input type="text" inputmode="decimal" name="{name}"/></label>\n'
        )
    translator.body.append('</fieldset>\n<p class="verdict" role="status"></p>\n')
    translator.body.append("<details><summary>Answer</summary>\n")


def depart_answer(translator, node):
    translator.body.append("</details>\n")


def visit_reason(translator, node):
    kind = "reason right" if node["right"] else "reason"
    translator.body.append(f'<div class="{kind}" data-number="{node["number"]}">\n')


def depart_reason(translator, node):
    translator.body.append("</div>\n")
