"""Feedback pages: what a student may read of a graded submission, and nothing that acts or loads.

The page is written by an exporter that takes the place of nbgrader's, so that `ising-grade`,
`nbgrader generate_feedback` and formgrader make the same one. Of a hidden test it shows the first
comment and the message that the judge has left in the graded notebook; neither its source nor
anything that was printed there. All else is text, or was cleaned; should something get through
nevertheless, the page's own policy keeps browsers from running or loading it.
"""

import base64
import binascii
import glob
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from pathlib import Path

import bleach
import jinja2
from ipython_pygments_lexers import IPython3Lexer
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from pygments import highlight
from pygments.formatters import HtmlFormatter
from traitlets import default

from .course import Course, Refused
from .plan import HIDDEN
from .records import MESSAGE

# What Markdown makes; no images, as they would be loaded from elsewhere.
TAGS = {*"a p br hr h1 h2 h3 h4 h5 h6 em strong del code pre blockquote ul ol li div span".split()}
TAGS |= {*"table thead tbody tr th td".split()}
ATTRIBUTES = {"a": ["href", "title"], "div": ["class"], "span": ["class"], "ol": ["start"]}
# Lines that only instructors see, by nbgrader's delimiters.
_SECRET = re.compile(
    r"^[^\n]*BEGIN (HIDDEN TESTS|MARK SCHEME).*?(END \1[^\n]*\n?|\Z)", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^## +(.+)$", re.MULTILINE)
# Points in brackets, which the page shows anyway.
_POINTS = re.compile(r"\s*\((?:[\d.]+ points?)\)\s*$")
# Characters of one output that are shown.
MOST = 20_000


def safe_markdown(source: str) -> str:
    """Make HTML of Markdown from a student: HTML in it becomes text, and nothing acts or loads.

    A filter for nbconvert's templates, in place of their ``markdown2html``.

    Parameters
    ----------
    source : str
        Markdown.
    """
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(source)
    return bleach.clean(html, tags=TAGS, attributes=ATTRIBUTES, protocols={"http", "https"})


def generate(course: Path, assignment: str, students: Sequence[str] | None = None) -> str:
    """Write the feedback pages of a problem set, and say what was done.

    Parameters
    ----------
    course : Path
        Folder of the course.
    assignment : str
        Name of the problem set.
    students : sequence of str, optional
        Whose pages; by default those of all whose submission was graded.

    Returns
    -------
    str
        A summary that ends with a count.

    Raises
    ------
    Refused
        If the gradebook knows no such problem set, or a student's submission was not graded.
    """
    home = Course(course)
    with home.locked(), home.gradebook() as gradebook:
        home.plans(gradebook, assignment)
        graded = {row.student_id: row for row in gradebook.assignment_submissions(assignment)}
        unknown = sorted(set(students or ()).difference(graded))
        if unknown:
            raise Refused(
                f"No grade for {assignment}: {', '.join(unknown)}. Run `ising-grade {assignment}`"
            )
        wanted = sorted(graded if students is None else set(students))
        waiting = [name for name in wanted if graded[name].needs_manual_grade]
    failed = {}
    for student in wanted:
        try:
            _write(home, assignment, student)
        except NbGraderException as error:
            failed[student] = str(error)
    folder = Path(home.directory.feedback_directory).name
    lines = [f"No page for {student}: {why}" for student, why in failed.items()]
    if waiting:
        lines.append(f"A person must still look at: {', '.join(waiting)}")
    count = len(wanted) - len(failed)
    lines.append(f"{assignment}: {count} students have their pages in {folder}/")
    return "\n".join(lines)


def _write(course: Course, assignment: str, student: str) -> None:
    directory = course.directory
    directory.assignment_id, directory.student_id = assignment, glob.escape(student)
    converter = GenerateFeedback(coursedir=directory, parent=course.app)
    converter.exporter_class, converter.force = FeedbackPage, True
    converter.start()


class FeedbackPage(Exporter):
    """nbconvert's exporter of a feedback page, for ``c.GenerateFeedback.exporter_class``."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources=None, **options):
        """Return the page of a graded notebook, and the resources.

        Parameters
        ----------
        nb : NotebookNode
            A graded notebook.
        resources : dict
            nbgrader's, with the names of student, problem set and notebook.
        """
        nb, resources = super().from_notebook_node(nb, resources, **options)
        about = resources["nbgrader"]  # its scores were put there by nbgrader's GetGrades
        with Gradebook(about["db_url"]) as gradebook:
            names = about["notebook"], about["assignment"], about["student"]
            grades = gradebook.find_submission_notebook(*names).grades
            states = {
                grade.name: (grade.auto_score, grade.manual_score) == (None, None)
                for grade in grades
            }
            again = any(grade.needs_manual_grade for grade in grades)
        cells = [_cell(cell, number, states) for number, cell in enumerate(nb.cells)]
        # A hidden test without points is a note for the person who grades.
        cells = [cell for cell in cells if cell.kind != "hidden" or cell.points]
        groups = [(known, list(group)) for known, group in groupby(cells, lambda cell: cell.known)]
        waiting = sum(cell.points for cell in cells if cell.state == "waiting")
        page = _template().render(
            about=about,
            rows=list(_rows(cells)),
            groups=groups,
            waiting=waiting,
            again=again and not waiting,
            style=HtmlFormatter(style="default").get_style_defs(".code"),
        )
        return page, resources


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ai4mat_grading", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda value: f"{round(value, 2):g}"
    return environment.get_template("feedback.html.j2")


# --- cells -----------------------------------------------------------------------------------


@dataclass
class Shown:
    """A cell as the page shows it.

    Attributes
    ----------
    anchor, name, label : str
        Place in the page; grade id; what a test says of itself, or a heading.
    kind : {"answer", "test", "hidden", "text", "other"}
        The last where nbgrader does not know it: a cell of the lesson, or the student's own.
    state : {"full", "part", "none", "waiting", ""}
        Of its points.
    score, points : float
        What it got, of how many.
    message : str
        Why points were lost.
    comment, source : Markup
        A person's or nbgrader's words; the cell itself, empty for a hidden test.
    outputs : list of (str, str)
        Kind (text, error, image) and content of each.
    """

    anchor: str
    name: str
    label: str
    kind: str
    state: str = ""
    score: float = 0.0
    points: float = 0.0
    message: str = ""
    comment: Markup = Markup()
    source: Markup = Markup()
    outputs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether nbgrader knows it."""
        return self.kind != "other"

    @property
    def failed(self) -> bool:
        """Whether it ended in an error."""
        return any(kind == "error" for kind, _ in self.outputs)


def _cell(cell: NotebookNode, number: int, states: dict[str, bool]) -> Shown:
    about = cell.metadata.get("nbgrader", {})
    kind, name = _kind(cell), about.get("grade_id", "")
    shown = Shown(f"cell-{number}", name, _label(cell, kind), kind)
    if is_grade(cell) or is_task(cell):
        shown.score, shown.points = about["score"], about["points"]
        shown.state = "waiting" if states.get(name) else _state(shown.score, shown.points)
    shown.comment = Markup(safe_markdown(about.get("comment") or ""))
    if kind in ("test", "hidden"):
        shown.message = _message(cell, kind) if shown.state in ("none", "part") else ""
    if kind != "hidden":
        shown.source = _source(cell)
        shown.outputs = list(_outputs(cell))
    if kind == "test":
        shown.outputs = [output for output in shown.outputs if output[0] != "error"]
    return shown


def _kind(cell: NotebookNode) -> str:
    if not cell.metadata.get("nbgrader"):
        return "other"
    if is_solution(cell) or is_task(cell):
        return "answer"
    if HIDDEN in cell.source:
        return "hidden"
    return "test" if is_grade(cell) else "text"


def _state(score: float, points: float) -> str:
    if not points:
        return ""
    return "full" if score >= points else "part" if score > 0 else "none"


def _label(cell: NotebookNode, kind: str) -> str:
    """The heading of a part, or the comment that a test begins with."""
    if kind == "other" and cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
        return found[1].strip()
    if kind not in ("test", "hidden"):
        return ""
    lines = takewhile(lambda x: x.startswith("#") and HIDDEN not in x, cell.source.splitlines())
    return _POINTS.sub("", " ".join(line.lstrip("# ") for line in lines))


def _message(cell: NotebookNode, kind: str) -> str:
    """What the judge has said; of stock nbgrader's grading, what can be said."""
    if MESSAGE in cell.metadata:
        return cell.metadata[MESSAGE].strip()
    if kind == "hidden":
        return "A hidden test has failed."
    errors = [out for out in cell.get("outputs", ()) if out.output_type == "error"]
    return "\n".join(strip_ansi(f"{error.ename}: {error.evalue}") for error in errors)


def _source(cell: NotebookNode) -> Markup:
    source = _SECRET.sub("", cell.source) if is_locked(cell) or is_task(cell) else cell.source
    if cell.cell_type == "code":
        return Markup(highlight(source, IPython3Lexer(), HtmlFormatter(cssclass="code")))
    if cell.cell_type == "markdown":
        return Markup(safe_markdown(source))
    return Markup("<pre>{}</pre>").format(source)


def _outputs(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        image = next((kind for kind in ("image/png", "image/jpeg") if kind in data), None)
        if output.output_type == "stream":
            yield "text", _text(output.text)
        elif output.output_type == "error":
            yield "error", _text("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
        elif image and (encoded := _base64(data[image])):
            yield "image", f"data:{image};base64,{encoded}"
        elif "text/plain" in data:
            yield "text", _text(data["text/plain"])


def _text(text: str) -> str:
    text = strip_ansi(text)
    return text if len(text) <= MOST else f"{text[:MOST]}\n... {len(text) - MOST} characters more"


def _base64(text: str) -> str | None:
    """Base64 as it should be, or None where it is something else."""
    try:
        return base64.b64encode(base64.b64decode(text)).decode()
    except (binascii.Error, ValueError):
        return None


def _rows(cells: list[Shown]) -> Iterator[Shown]:
    """Rows of the table: all that has points, each under the last heading before it."""
    heading = None
    for cell in cells:
        if cell.kind == "other" and cell.label:
            heading = cell
        elif cell.points:
            if heading:
                yield heading
            heading = None
            yield cell
