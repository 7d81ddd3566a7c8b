"""The command `ai4mat-ising`: data sets as files, for other programs; notebooks import the package.

Nothing else of the package is imported before it is needed: ``--help`` answers at once.
"""

import argparse
import sys
from pathlib import Path

EXAMPLES = {
    "generate": """\
examples:
  5000 configurations of 16x16 in equilibrium, one at each of 5000 temperatures up to 2 Tc:
    ai4mat-ising data generate --source equilibrium --size 16 -o equilibrium.npz
  100 at each of two temperatures:
    ai4mat-ising data generate --source equilibrium --size 40 --temperatures 2.0 2.269 \\
        --samples-per-temperature 100 -o two.npz
  the first 2000 at each temperature of notebook 20's set:
    ai4mat-ising data generate --source nb20 --samples-per-temperature 2000 -o nb20.npz

reading the file:
  spins (int8, -1/+1), temperatures and labels (1 = ordered, T < Tc) are arrays of
    numpy.load("equilibrium.npz")
  and the package takes the file as a source:
    IsingDataset(source="equilibrium.npz")
""",
    "info": """\
examples:
  the sets in the cache folder, which the environment variable AI4MAT_CACHE can name:
    ai4mat-ising data info
  a file of yours:
    ai4mat-ising data info two.npz
""",
}


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong with a command."""

    def error(self, message):
        self.exit(2, f"{self.prog}: error: {message} (--help explains)\n")


def main(argv=None):
    """Run a command line.

    Parameters
    ----------
    argv : list of str, optional
        The words after the command; by default those that the shell passed.

    Returns
    -------
    int
        Exit status: 0, or 2 after an error, 130 after Ctrl-C.
    """
    arguments = _parser().parse_args(argv)
    try:
        arguments.command(arguments)
    except (ValueError, OSError, MemoryError) as error:
        print(f"ai4mat-ising: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ai4mat-ising: interrupted", file=sys.stderr)
        return 130
    return 0


def _parser():
    parser = _Parser(
        prog="ai4mat-ising",
        description="Spin configurations of the Ising model.",
        epilog="Commands: ai4mat-ising data generate --help, ai4mat-ising data info --help",
    )
    topics = parser.add_subparsers(required=True, metavar="data")
    data = topics.add_parser("data", help="make files of configurations, or describe them")
    commands = data.add_subparsers(required=True, metavar="{generate,info}")
    _add_generate(commands)
    _add_info(commands)
    return parser


def _add_command(commands, name, run, summary):
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=EXAMPLES[name],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=run)
    return parser


def _add_generate(commands):
    parser = _add_command(
        commands,
        "generate",
        _generate,
        "write configurations, temperatures and labels to an npz file",
    )
    parser.add_argument(
        "--source",
        required=True,
        metavar="NAME",
        help="equilibrium, quench, nb20 or mds2; or a .pkl or .npz file",
    )
    parser.add_argument(
        "--size", type=_size, metavar="L", help="side of the lattice (16, or what the source has)"
    )
    parser.add_argument(
        "--temperatures",
        type=float,
        nargs="+",
        metavar="T",
        help="in units of J / k_B (5000 between 0 and 2 Tc, or the source's)",
    )
    parser.add_argument(
        "--samples-per-temperature",
        type=int,
        metavar="N",
        help="configurations of each temperature (1, or the source's)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.npz")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")


def _add_info(commands):
    parser = _add_command(
        commands, "info", _info, "list the sets in the cache folder, or describe files"
    )
    parser.add_argument(
        "files",
        type=Path,
        nargs="*",
        metavar="FILE",
        help="a file that generate wrote, notebook 20's pickle, or a cached set",
    )


def _size(text):
    return int(text) if text.isdigit() else text


def _generate(arguments):
    _check_output(arguments.output, arguments.force)
    import numpy as np

    from ai4mat_ising.datasets import IsingDataset
    from ai4mat_ising.files import replacing

    data = IsingDataset(
        arguments.size,
        arguments.source,
        temperatures=arguments.temperatures,
        samples_per_temperature=arguments.samples_per_temperature,
    )
    with replacing(arguments.output) as file:
        np.savez_compressed(
            file, spins=data.spins, temperatures=data.temperatures, labels=data.labels
        )
    print(f"{arguments.output}: {_content(data.size, data.temperatures)}")


def _check_output(path, force):
    """Check the name of the output before the work is done."""
    if path.suffix != ".npz":
        raise ValueError(f"the name of the output must end in .npz, got {path}")
    if not path.parent.is_dir():
        raise ValueError(f"the folder of the output must exist, got {path.parent}")
    if path.exists() and not force:
        raise ValueError(f"the output must be a new file, got {path}; --force overwrites it")


def _info(arguments):
    for path in arguments.files:
        print(f"{path}: {_described(path)}")
    if not arguments.files:
        _list_cache()


def _list_cache():
    from ai4mat_ising.cache import cache_folder, stored_recipe

    folder = cache_folder()
    paths = sorted(folder.glob("*.npz"))
    print(f"{folder}: {len(paths) or 'no'} {'set' if len(paths) == 1 else 'sets'}")
    for path in paths:
        try:
            recipe = stored_recipe(path)
            megabytes = path.stat().st_size / 1e6
            print(
                f"{path.name}: {_content(recipe.L, recipe.temperature_of_each())}, "
                f"{megabytes:.2f} MB"
            )
        except (ValueError, OSError) as error:
            print(error)


def _described(path):
    """Describe what a cached set holds, or a file that the package reads."""
    from ai4mat_ising.cache import stored_recipe

    try:
        recipe = stored_recipe(path)
        return _content(recipe.L, recipe.temperature_of_each())
    except ValueError:
        from ai4mat_ising.datasets import IsingDataset

        data = IsingDataset(source=path)
        return _content(data.size, data.temperatures)


def _content(L, T):
    return (
        f"{len(T)} configurations of {L}x{L} spins, {len(set(T.tolist()))} temperatures "
        f"from T = {T.min():.4f} to {T.max():.4f}"
    )
