"""A course folder as nbgrader sees it: where things are, and a lock, so that only one may write."""

import contextlib
import logging
import re
import shutil
from collections.abc import Iterator
from glob import escape, glob
from pathlib import Path

from filelock import FileLock, Timeout
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from .plan import plans_of
from .records import Plan
from .sandbox import Refused

# Below the course folder: what is kept between runs, and reports for people.
KEPT, REPORTS = ".grading", "reports"

# Seconds to wait for another program that writes the gradebook, such as formgrader.
PATIENCE = 60


class _Configuration(NbGrader):
    """Reads nbgrader_config.py of the course folder, and not of the folder we happen to be in."""

    load_cwd_config = False


class Course:
    """A course folder.

    Parameters
    ----------
    root : Path
        The folder that holds ``nbgrader_config.py``.

    Attributes
    ----------
    root : Path
        The folder, absolute.
    directory : nbgrader.coursedir.CourseDirectory
        Names of its folders.
    app : nbgrader.apps.baseapp.NbGrader
        Its configuration, as parent of nbgrader's own classes.
    kept : Path
        Folder of what is kept between runs.
    scratch : Path
        Folder of what one run needs, emptied before and after it.

    Raises
    ------
    Refused
        If there is no such folder.
    """

    def __init__(self, root: Path):
        self.root = Path(root).resolve()
        if not self.root.is_dir():
            raise Refused(f"The course folder must be a folder, got {root}")
        self.app = _Configuration(log_level=logging.ERROR)
        self.app.initialize([], root=str(self.root))
        self.directory: CourseDirectory = self.app.coursedir
        self.kept = self.root / KEPT
        self.scratch = self.kept / "scratch"

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """Folder of one student's assignment at a step such as "submitted", by nbgrader's rules."""
        name = getattr(self.directory, f"{step}_directory")
        return Path(self.directory.format_path(name, student, assignment))

    def reports(self, assignment: str) -> Path:
        """Folder of the reports of an assignment."""
        return self.root / REPORTS / assignment

    def students(self, assignment: str) -> list[str]:
        """Names of all who have a folder for the assignment, whatever it holds; sorted."""
        submitted, path = self.directory.submitted_directory, self.directory.format_path
        pattern = path(submitted, "(?P<student>[^/]+)", re.escape(assignment), escape=True)
        excluded = self.directory.student_id_exclude.split(",")
        folders = glob(path(submitted, "*", escape(assignment)))
        names = {match["student"] for f in folders if (match := re.fullmatch(pattern, f))}
        return sorted(names.difference(excluded))

    @property
    def database(self) -> str:
        """URL of the gradebook; SQLite's waits for other programs, and stands below the root."""
        url = make_url(self.directory.db_url)
        if url.get_backend_name() != "sqlite" or not url.database:
            return self.directory.db_url
        url = url.set(database=str(self.root / url.database))
        return url.update_query_dict({"timeout": str(PATIENCE)}).render_as_string(False)

    def has_gradebook(self) -> bool:
        """Whether the gradebook exists; nbgrader would create an empty one."""
        url = make_url(self.database)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()

    @contextlib.contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, open.

        Raises
        ------
        Refused
            If there is none yet.
        """
        if not self.has_gradebook():
            raise Refused("There is no gradebook yet: run `nbgrader generate_assignment` first")
        with Gradebook(self.database, self.directory.course_id) as gradebook:
            yield gradebook

    def plans(self, gradebook: Gradebook, assignment: str) -> list[Plan]:
        """Plans of the notebooks of an assignment.

        Raises
        ------
        Refused
            If the gradebook does not know the assignment, or it has no notebook.
        """
        first = f"run `nbgrader generate_assignment {assignment}` first"
        try:
            plans = plans_of(gradebook, assignment, self.folder("release", ".", assignment))
        except MissingEntry:
            known = ", ".join(sorted(a.name for a in gradebook.assignments)) or "none"
            raise Refused(
                f"The gradebook knows no set {assignment!r} (it knows: {known}): {first}"
            ) from None
        if not plans:
            raise Refused(f"The gradebook knows no notebook of {assignment!r}: {first}")
        return plans

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of this course; what a killed one left behind is removed.

        Raises
        ------
        Refused
            If another run is at work.
        """
        self.kept.mkdir(exist_ok=True)
        try:
            lock = FileLock(self.kept / "lock").acquire(blocking=False)
        except Timeout:
            raise Refused(
                "Another ising-grade works on this course: wait for its end, or stop it"
            ) from None
        with lock:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir()
            try:
                yield
            finally:
                shutil.rmtree(self.scratch, ignore_errors=True)
