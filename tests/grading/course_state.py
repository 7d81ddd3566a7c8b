"""All that a course promises to be the same: grades, comments and files, as plain data."""

from nbgrader.api import Gradebook


def state(course):
    """What the gradebook and the autograded folder hold, without ids of rows."""
    return {"grades": gradebook(course), "files": files(course / "autograded")}


def gradebook(course):
    """Each student's submissions with all grades and comments."""
    with Gradebook(f"sqlite:///{course}/gradebook.db") as opened:
        return {
            (row.student.id, row.name): {
                "timestamp": row.timestamp,
                "penalty": row.late_submission_penalty,
                "grades": sorted(
                    (nb.name, g.name, g.auto_score, g.manual_score, g.extra_credit)
                    + (g.needs_manual_grade,)
                    for nb in row.notebooks
                    for g in nb.grades
                ),
                "comments": sorted(
                    (nb.name, c.name, c.auto_comment, c.manual_comment)
                    for nb in row.notebooks
                    for c in nb.comments
                ),
            }
            for assignment in opened.assignments
            for row in assignment.submissions
        }


def files(folder):
    """Content and mode of all files below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode) for path in paths
    }
