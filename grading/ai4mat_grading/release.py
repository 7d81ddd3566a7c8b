"""Write the zip that an instructor gives out. `make release` runs this after nbgrader.

python -m ai4mat_grading.release
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .leaks import release_problems
from .notebooks import kinds
from .repository import problem_sets, read_source, root

NAME = "ising-problem-sets"
# Goes into the students' wheel.
CELLS = Path("ai4mat_ising", "data", "problem_sets.json")
LICENCES = ["LICENSE", "LICENSE-text"]


def build(output: Path, exercises: Path | None = None) -> Path:
    """Write the zip.

    Parameters
    ----------
    output : Path
        Folder that takes it.
    exercises : Path, optional
        Folder of the releases; the repository's, where it is left out.

    Returns
    -------
    Path
        Of the zip.

    Raises
    ------
    ValueError
        If a release gives a thing away, or is missing; then none is written.
    """
    sets, exercises = problem_sets(), exercises or root() / "exercises"
    if problems := [one for name in sets for one in problems_of(name, exercises / name)]:
        raise ValueError("\n".join(["nothing was written, students must not get this:", *problems]))
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder) / NAME
        for name in sets:
            (staged / "exercises" / name).mkdir(parents=True)
            shutil.copy(exercises / name / f"{name}.ipynb", staged / "exercises" / name)
        for name in [*LICENCES, "constraints.txt"]:
            shutil.copy(root() / name, staged)
        wheel = build_wheel(staged)
        install = (root() / "requirements.txt").read_text()
        (staged / "requirements.txt").write_text(
            install.replace(".[student]", f"./{wheel}[student]")
        )
        (staged / "README.md").write_text(readme())
        return Path(shutil.make_archive(str(Path(output) / NAME), "zip", folder, NAME))


def cells_of_sets() -> str:
    """What a student's last look (`ai4mat_ising.handin`) must know of all sets, as JSON."""
    known = {name: kinds(read_source(name)) for name in problem_sets()}
    rows = [
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"    {json.dumps(cell)}: {json.dumps(kind)}" for cell, kind in cells.items())
        + "\n  }"
        for name, cells in known.items()
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def problems_of(name: str, folder: Path) -> list[str]:
    """List what is wrong with the release of one problem set."""
    if not (folder / f"{name}.ipynb").is_file():
        return [f"{folder} must hold {name}.ipynb"]
    return release_problems(read_source(name), folder)


def build_wheel(folder: Path) -> str:
    """Write the wheel of the package into a folder and return its name."""
    with tempfile.TemporaryDirectory() as copy:
        # setuptools leaves a folder build/ behind, whose old files go into the next wheel.
        for name in ["pyproject.toml", "README.md", *LICENCES]:
            shutil.copy(root() / name, copy)
        shutil.copytree(root() / "ai4mat_ising", Path(copy) / "ai4mat_ising")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                "--wheel-dir",
                folder,
                copy,
            ],
            check=True,
        )
    (wheel,) = folder.glob("*.whl")
    return wheel.name


def readme() -> str:
    """Tell how to install and start, in the words of the book."""
    page = (root() / "book" / "problem_sets.md").read_text()
    _, section = page.split("## Get ready\n")
    return "# Problem sets: autoencoders and the Ising model\n" + section.split("\n## ")[0] + "\n"


def main() -> None:
    """Run the command line."""
    try:
        output = root() / "_build"
        output.mkdir(exist_ok=True)
        (root() / CELLS).write_text(cells_of_sets())
        print(f"{build(output).relative_to(root())} is what students get.")
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"make release: {error}")


if __name__ == "__main__":
    main()
