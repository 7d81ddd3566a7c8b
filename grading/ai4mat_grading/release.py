"""Write the zip that an instructor gives out. `make release` runs this after nbgrader."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "assignments"))

from grading import PROBLEM_SETS, read_source  # noqa: E402
from leaks import release_problems  # noqa: E402

NAME = "ising-problem-sets"
LICENCES = ["LICENSE", "LICENSE-text"]


def build(output, exercises=ROOT / "exercises"):
    """Write the zip, return its path; ValueError and no zip if `exercises` gives a thing away."""
    if problems := [one for name in PROBLEM_SETS for one in problems_of(name, exercises / name)]:
        raise ValueError("\n".join(["nothing was written, students must not get this:", *problems]))
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder) / NAME
        for name in PROBLEM_SETS:
            (staged / "exercises" / name).mkdir(parents=True)
            shutil.copy(exercises / name / f"{name}.ipynb", staged / "exercises" / name)
        for name in [*LICENCES, "constraints.txt"]:
            shutil.copy(ROOT / name, staged)
        wheel = build_wheel(staged)
        install = (ROOT / "requirements.txt").read_text()
        (staged / "requirements.txt").write_text(
            install.replace(".[student]", f"./{wheel}[student]")
        )
        (staged / "README.md").write_text(readme())
        return Path(shutil.make_archive(str(Path(output) / NAME), "zip", folder, NAME))


def problems_of(name, folder):
    """What is wrong with the release of one problem set."""
    if not (folder / f"{name}.ipynb").is_file():
        return [f"{folder} holds no {name}.ipynb"]
    return release_problems(read_source(name), folder)


def build_wheel(folder):
    """Write the wheel of the package into a folder and return its name."""
    with tempfile.TemporaryDirectory() as copy:
        # setuptools leaves a folder build/ behind, whose old files go into the next wheel.
        for name in ["pyproject.toml", "README.md", *LICENCES]:
            shutil.copy(ROOT / name, copy)
        shutil.copytree(ROOT / "ai4mat_ising", Path(copy) / "ai4mat_ising")
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


def readme():
    """How to install and start, in the words of the book."""
    page = (ROOT / "book" / "problem_sets.md").read_text()
    _, section = page.split("## Get ready\n")
    return "# Problem sets: autoencoders and the Ising model\n" + section.split("\n## ")[0] + "\n"


if __name__ == "__main__":
    try:
        print(f"{build(ROOT / '_build').relative_to(ROOT)} is what students get.")
    except ValueError as error:
        sys.exit(f"make release: {error}")
