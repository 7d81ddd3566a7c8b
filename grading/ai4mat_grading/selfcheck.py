"""Before any student: the reference must have all points, and the untouched release none."""

from .course import Course, Refused
from .records import Plan, Verdict


def references(course: Course, plans: list[Plan]) -> list[bytes]:
    """The instructor's notebooks.

    Raises
    ------
    Refused
        If one is missing.
    """
    folder = course.folder("source", ".", plans[0].assignment)
    paths = [folder / f"{plan.notebook}.ipynb" for plan in plans]
    for path in paths:
        if not path.is_file():
            raise Refused(f"The self-check needs {path.relative_to(course.root)}, which is missing")
    return [path.read_bytes() for path in paths]


def complaint(plan: Plan, reference: Verdict, release: Verdict) -> str | None:
    """What is wrong with a problem set, or None.

    Parameters
    ----------
    plan : Plan
        The notebook.
    reference, release : Verdict
        What became of the instructor's answers, and of no answers.
    """
    points = {cell.name: cell.points for cell in plan.cells if cell.is_test}
    lost = [name for name, most in points.items() if reference.scores.get(name) != most]
    if lost:
        said = "; ".join(f"{name}: {reference.messages.get(name, 'no message')}" for name in lost)
        return (
            f"The instructor's own answers in {plan.notebook} lose points, so nothing was graded. "
            f"Tests may use functions of the student, and nothing else. {said}"
        )
    given = [name for name in points if release.scores.get(name) and points[name]]
    if given:
        return (
            f"The untouched release of {plan.notebook} gets points in {', '.join(given)}, so "
            "nothing was graded: a test must fail without an answer"
        )
    return None
