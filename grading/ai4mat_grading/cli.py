"""The command ``ising-grade``: reads its arguments, and says in one line what it cannot do."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .quick import leave_out_grammars
from .records import MIB, Limits
from .sandbox import Refused

USAGE = """\
ising-grade SET                            grade all submissions of a problem set
ising-grade collect SET ARCHIVE            take hand-ins from a platform's archive
ising-grade feedback SET                   write a page for each student
ising-grade export SET --moodle FILE       fill a platform's file of grades
ising-grade release SET                    make what students get, also again
ising-grade check                          try whether the sandbox holds

Run it in the course folder. `ising-grade SET --help` and `ising-grade COMMAND --help` list options.
"""
PLATFORMS = ("canvas", "moodle", "ilias", "blackboard", "csv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit status: 2 where nothing could be done."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0 if given else 2
    # What is no command is the name of a problem set; a set that is called so would be hidden.
    sys.stdout.reconfigure(errors="backslashreplace")  # students' names of files are any bytes
    command, rest = (given[0], given[1:]) if given[0] in COMMANDS else ("grade", given)
    parser = argparse.ArgumentParser(prog="ising-grade" + f" {command}" * (command != "grade"))
    parser.add_argument("--course", type=Path, default=Path(), metavar="FOLDER", help="default: .")
    define, run = COMMANDS[command]
    define(parser)
    options = parser.parse_args(rest)
    leave_out_grammars()
    try:
        return run(options)
    except (Refused, ValueError) as error:
        print(f"ising-grade: {error}", file=sys.stderr)
        return 2


# --- grade --------------------------------------------------------------------------------------


def _define_grade(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("set", help="name of the problem set")
    add("--jobs", type=_positive, metavar="N", help="submissions at a time; default: all cores")
    add("--student", action="append", metavar="ID", help="only this one; may be repeated")
    add("--points-only", action="store_true", help="skip cells on which no point depends")
    add("--force", action="store_true", help="judge again what has not changed")
    add("--timeout", type=_positive, metavar="SECONDS", help="of one cell; default: 600")
    add("--memory", type=_positive, metavar="MB", help="of one submission; default: 4096")
    add("--executor", choices=["local", "dask"], default="local", help="where to judge")
    add("--scheduler", metavar="ADDRESS", help="of the Dask cluster")
    add("--no-sandbox", action="store_true", help="student code may do all that you may")


def _grade(options: argparse.Namespace) -> int:
    from . import engine

    if options.set in COMMANDS:
        raise Refused(f"A problem set must not be called {options.set!r}, which is a command")
    if (options.executor == "dask") != (options.scheduler is not None):
        raise Refused("--executor dask and --scheduler ADDRESS belong together")
    summary = engine.grade(
        options.course,
        options.set,
        jobs=options.jobs,
        students=options.student,
        points_only=options.points_only,
        force=options.force,
        limits=_limits(options.timeout, options.memory),
        confined=not options.no_sandbox,
        scheduler=options.scheduler,
    )
    print(summary)
    return summary.code


def _limits(timeout: int | None, memory: int | None) -> Limits:
    """Limits with those that were asked for; a submission has time for six of its longest cells."""
    limits = Limits()
    if timeout:
        most = max(limits.total, 6 * timeout)
        limits = replace(limits, cell=timeout, total=most, cpu=int(most))
    if memory:
        limits = replace(limits, memory=memory * MIB)
    return limits


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


# --- the other commands ---------------------------------------------------------------------------


def _define_collect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", help="name of the problem set")
    parser.add_argument("archive", type=Path, help="the platform's zip, or a folder of its content")
    parser.add_argument("--platform", choices=PLATFORMS[:-1], help="default: recognised by names")
    parser.add_argument("--timezone", default="UTC", help="of the archive's times; default: UTC")


def _collect(options: argparse.Namespace) -> int:
    from .collect import collect
    from .course import Course

    course = Course(options.course)
    with course.gradebook() as gradebook:
        names = [plan.notebook for plan in course.plans(gradebook, options.set)]
    done = collect(
        options.archive,
        options.course,
        options.set,
        names,
        options.platform,
        timezone=options.timezone,
    )
    print(done)
    return 0


def _define_feedback(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", help="name of the problem set")
    parser.add_argument("--student", action="append", metavar="ID", help="only this one")


def _feedback(options: argparse.Namespace) -> int:
    from .feedback import generate

    print(generate(options.course, options.set, students=options.student))
    return 0


def _define_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", help="name of the problem set")
    platform = parser.add_mutually_exclusive_group(required=True)
    for name in PLATFORMS:
        text = "write this file" if name == "csv" else f"fill this file, which {name} offers"
        platform.add_argument(f"--{name}", type=Path, metavar="FILE", help=text)
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: FILE-filled")
    parser.add_argument("--column", help="the column's name, where it is not the set's")
    parser.add_argument(
        "--include-unfinished", action="store_true", help="also where a person must still grade"
    )


def _export(options: argparse.Namespace) -> int:
    from .exports import export

    platform = next(name for name in PLATFORMS if getattr(options, name))
    print(
        export(
            options.course,
            options.set,
            getattr(options, platform),
            platform,
            output=options.output,
            column=options.column,
            include_unfinished=options.include_unfinished,
        )
    )
    return 0


def _define_release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", nargs="+", help="names of problem sets")


def _release(options: argparse.Namespace) -> int:
    from .regenerate import regenerate

    for name in options.set:
        print(regenerate(options.course, name))
    return 0


def _define_check(parser: argparse.ArgumentParser) -> None:
    parser.description = "Try in the sandbox what must fail there; this takes some seconds."


def _check(options: argparse.Namespace) -> int:
    from .grader import Grader

    # Entering is what probes it.
    with Grader():
        print("The sandbox holds.")
    return 0


COMMANDS = {
    "grade": (_define_grade, _grade),
    "collect": (_define_collect, _collect),
    "feedback": (_define_feedback, _feedback),
    "export": (_define_export, _export),
    "release": (_define_release, _release),
    "check": (_define_check, _check),
}


if __name__ == "__main__":
    sys.exit(main())
