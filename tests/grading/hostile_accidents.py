"""Submissions that mean no harm: files that are no notebooks, slips, habits, odd surroundings."""

import copy
import zipfile
from io import BytesIO

from submissions import (
    answers_of,
    anything,
    bytes_of,
    code,
    find,
    hostile,
    insert,
    markdown,
    nothing,
    perhaps_without,
    role,
    without,
    worth,
)

V, L = "vector_order", "latent_pca"

LOGIN = b"""<!DOCTYPE html>
<html lang="en"><head><title>Log in to the site</title></head>
<body><form action="/login"><input name="password" type="password"></form></body></html>
"""


def _zipped(made):
    with BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(zipfile.ZipInfo("vector_order.ipynb"), made)
        return file.getvalue()


def unreadable(name, raw, problem_set=V):
    """A file that is no notebook: no points, and a person must look."""
    return hostile(name, problem_set, "right", nothing(problem_set), raw=raw, attention=True)


FILES = [
    unreadable("an empty file", lambda made: b""),
    unreadable("white space", lambda made: b" \n\t\n", L),
    unreadable("a login page", lambda made: LOGIN),
    unreadable("half a notebook", lambda made: made[: len(made) // 2]),
    unreadable("a list", lambda made: b"[" + made + b"]", L),
    unreadable("a number", lambda made: b"20"),
    unreadable("a null", lambda made: b"null"),
    unreadable("an object that is no notebook", lambda made: b'{"points": 20}', L),
    unreadable("an archive", _zipped),
    unreadable("bytes of nothing", lambda made: bytes(1 << 20)),
    unreadable("bytes of no encoding", lambda made: b"\xff\xfe\xfd" + made[:1000]),
    unreadable("nested two hundred thousand deep", lambda made: b"[" * 200_000),
    unreadable("objects nested as deep", lambda made: b'{"a":' * 200_000, L),
    unreadable("Python instead", lambda made: b"def q_tensor(angles):\n    return 1\n"),
    unreadable("no cells", lambda made: bytes_of({"nbformat": 4, "nbformat_minor": 5})),
    unreadable("a word for the cells", lambda made: b'{"nbformat": 4, "cells": "q_tensor"}', L),
    unreadable(
        "an empty notebook",
        lambda made: bytes_of({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}),
    ),
    hostile("a byte order mark", V, "right", raw=lambda made: b"\xef\xbb\xbf" + made),
    hostile(
        "UTF-16",
        V,
        "right",
        anything(V),
        raw=lambda made: made.decode().encode("utf-16"),
    ),
    hostile(
        "an umlaut in another encoding",
        L,
        "right",
        anything(L),
        first="# KOMMENTAR",
        raw=lambda made: made.replace(b"KOMMENTAR", "Lösung".encode("latin-1")),
    ),
    hostile("lines that end as on Windows", L, "right", raw=lambda m: m.replace(b"\n", b"\r\n")),
]


# --- slips with cells ----------------------------------------------------------------------------


def _all_empty(notebook):
    for cell in answers_of(notebook):
        cell["source"] = ""


def _answers_as_text(notebook):
    for cell in answers_of(notebook):
        where = role(cell)["grade_id"]
        insert(notebook, markdown(cell["source"]) | {"id": f"text-{where}"}, where)
        cell["source"] = "# see below"


def _split(doubled):
    """An answer cut in two; JupyterLab copies nbgrader's metadata to both halves, others do not."""

    def edit(notebook):
        answer = find(notebook, "turns")
        half = copy.deepcopy(answer) if doubled else code(answer["source"])
        answer["source"] = "whole_turn = 2 * np.pi"
        half["source"] = half["source"].replace("2 * np.pi", "whole_turn")
        insert(notebook, half | {"id": "half"}, "turns")

    return edit


def _copied(notebook):
    for name in ("q_tensor", "check_tensor", "test_tensor", "written_letter"):
        cell = copy.deepcopy(find(notebook, name))
        insert(notebook, cell | {"id": f"copied-{name}"}, name)


def _below(notebook):
    """Answers typed in new cells below the stubs, which stay as they were."""
    for cell in answers_of(notebook):
        where, text = role(cell)["grade_id"], cell["source"]
        cell["source"] = f"def {where}(*args):\n    raise NotImplementedError()"
        insert(notebook, code(text) | {"id": f"below-{where}"}, where)


def _one_in_the_place_of_another(notebook):
    one, other = find(notebook, "block_order"), find(notebook, "turns")
    one["source"], other["source"] = other["source"], one["source"]


def _deleted(*names):
    def edit(notebook):
        cells = notebook["cells"]
        notebook["cells"] = [cell for cell in cells if role(cell).get("grade_id") not in names]

    return edit


TABS = """
def turns(codes):
\tphase = np.unwrap(np.angle(codes @ [1, 1j]))
        return (phase[-1] - phase[0]) / (2 * np.pi)
"""

CELLS = [
    hostile("all answers emptied", V, "right", nothing(V), edit=_all_empty),
    hostile(
        "a syntax error in one answer",
        V,
        "right",
        without(V, "block_order"),
        answers={"block_order": "def block_order(angles, block)\n    return 1"},
    ),
    hostile("tabs and spaces", V, "right", without(V, "turns"), answers={"turns": TABS}),
    hostile(
        "tabs throughout",
        V,
        "right",
        edit=lambda nb: find(nb, "turns").update(
            source=find(nb, "turns")["source"].replace("    ", "\t")
        ),
    ),
    hostile("copied cells", V, "right", edit=_copied),
    hostile("an answer cut in two", V, "right", edit=_split(False)),
    hostile("an answer cut in two with its metadata", V, "right", edit=_split(True)),
    hostile("answers as text", L, "right", nothing(L), edit=_answers_as_text),
    hostile("answers in cells below", V, "right", edit=_below),
    hostile(
        "two answers in each other's place",
        V,
        "right",
        without(V, "block_order"),
        edit=_one_in_the_place_of_another,
        note="block_order is there only after its tests, turns before them",
    ),
    hostile(
        "answers and text deleted",
        L,
        "right",
        without(L, "relate", "losses"),
        edit=_deleted("relate", "losses", "check_relate"),
    ),
    hostile("the letter deleted", V, "right", edit=_deleted("written_letter", "rubric")),
]

# --- habits --------------------------------------------------------------------------------------

HABITS = [
    hostile(
        "errors in cells of its own",
        V,
        "right",
        after={
            "q_tensor": "import seaborn_that_nobody_has",
            "order_and_director": "assert False, 'not yet'",
            "block_order": "name = input('What is your name? ')",
            "features": "np.load('data.npy')",
            "turns": "1 / 0",
            "order_in_space": "for",
        },
    ),
    hostile(
        "an import that fails in an answer",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": "import nobody_has_this\n\n\ndef relate(coordinates, m):\n    return {}"
        },
    ),
    hostile(
        "asks while it is judged",
        V,
        "right",
        without(V, "turns"),
        answers={"turns": "def turns(codes):\n    return float(input('How many? '))"},
    ),
    hostile(
        "figures in every way",
        V,
        "right",
        first="%matplotlib inline",
        after={
            "q_tensor": "import matplotlib.pyplot as plt\n%matplotlib qt\nplt.show()",
            "block_order": "import matplotlib\nmatplotlib.use('TkAgg')\nplt.figure()\nplt.show()",
            "features": "plt.ion()\nfor _ in range(30):\n    plt.figure()\nplt.pause(0.01)",
        },
    ),
    hostile(
        "warnings, logs and words on stderr",
        V,
        "right",
        first="""
        import logging, os, sys, warnings
        warnings.simplefilter("always")
        logging.basicConfig(level=logging.DEBUG)

        def loud(function):
            def louder(*args):
                warnings.warn("deprecated")
                logging.error("wrong? %s", args)
                print("on stderr", file=sys.stderr)
                os.write(2, b"from compiled code\\n")
                return function(*args)
            return louder
        """,
        after={
            "order_and_director": "q_tensor = loud(q_tensor)",
            "block_order": "block_order = loud(block_order)",
            "turns": "radius_correlation, turns = loud(radius_correlation), loud(turns)",
        },
    ),
    hostile(
        "warnings as errors",
        L,
        "right",
        first="import warnings, numpy\nwarnings.simplefilter('error')\nnumpy.seterr('raise')",
        keeps=perhaps_without(L, *worth(L)),
        note="what its own functions warn of is then an error of its own",
    ),
    hostile(
        "10 MB of print",
        V,
        "right",
        after={"q_tensor": "for _ in range(10_000):\n    print('x' * 1000)"},
    ),
    hostile(
        "magics and shells",
        V,
        "right",
        first="%load_ext autoreload\n%autoreload 2\n%precision 3\n%config InlineBackend.dpi = 50",
        after={
            "q_tensor": "%%bash\necho hello; exit 3",
            "order_and_director": "!ls -la /nowhere\n!pip --version",
            "block_order": "%%capture kept\nprint(1)",
            "features": "%%script false\nnothing",
            "principal_codes": "%run other.py",
            "radius_correlation": "%%javascript\nIPython.notebook.kernel.restart()",
            "turns": "get_ipython().run_cell('x = 1')\n%timeit -n1 -r1 1",
            "order_in_space": "%%nobody_knows\n1",
        },
    ),
    hostile("exit at the end", V, "right", last="exit"),
    hostile("quit in the middle", L, "right", after={"fit_rule": "quit()", "relate": "exit(0)"}),
    hostile("forgets all names at first", V, "right", first="x = 1\n%reset -f"),
    hostile(
        "names of builtins taken",
        V,
        "right",
        after={
            "order_in_space": "zip = sum = isinstance = print = min = any = all = None",
            "q_tensor": "list = [1]\nstr = 'text'\nid = input = type = 0\ndict = {}\nfloat = 1.0",
        },
        note="a student's names reach no test",
    ),
    hostile(
        "other folders and variables",
        V,
        "right",
        after={
            "q_tensor": "import os, shutil\nshutil.rmtree(os.getcwd(), ignore_errors=True)",
            "block_order": "os.chdir('/')\nos.environ.clear()",
            "turns": "import sys\nsys.path.clear()\nsys.argv.clear()",
        },
    ),
    hostile(
        "streams of its own",
        V,
        "right",
        after={
            "q_tensor": "import io, sys\nsys.stdout = io.StringIO()",
            "block_order": "sys.stderr.close()\nsys.stdout = sys.stderr = None",
            "turns": "sys.__stdout__ = sys.__stderr__ = sys.stdin = None\nprint(1)",
        },
    ),
    hostile(
        "its own seeds and settings",
        L,
        "right",
        after={
            "project": """
            import random
            np.random.seed(0)
            random.seed(0)
            torch.manual_seed(0)
            np.set_printoptions(precision=1, threshold=2)
            torch.set_default_dtype(torch.float64)
            torch.set_grad_enabled(False)
            """
        },
        keeps=perhaps_without(L, "test_vae_codes"),
        note="settings of torch are the student's, and the tests' networks are not",
    ),
    hostile(
        "classes and helpers of its own",
        L,
        "right",
        after={
            "decode": """
            from dataclasses import dataclass
            from enum import Enum

            @dataclass
            class Model:
                weights: object

            Kind = Enum("Kind", "linear")
            train_plainly, encode_plainly, decode_plainly = train_autoencoder, encode, decode

            def train_autoencoder(images, latent_dim, seed):
                return {Kind.linear: Model(train_plainly(images, latent_dim, seed))}

            def encode(model, images):
                return encode_plainly(model[Kind.linear].weights, images)

            def decode(model, z):
                return decode_plainly(model[Kind.linear].weights, z)
            """
        },
    ),
    hostile(
        "models kept in a list, and numbers for them",
        L,
        "right",
        after={
            "decode": """
            shelf = []
            train_plainly, encode_plainly, decode_plainly = train_autoencoder, encode, decode

            def train_autoencoder(images, latent_dim, seed):
                shelf.append(train_plainly(images, latent_dim, seed))
                return len(shelf) - 1

            def encode(model, images):
                return encode_plainly(shelf[model], images)

            def decode(model, z):
                return decode_plainly(shelf[model], z)
            """
        },
        note="a cell's calls must reach one process, or the shelf is empty",
    ),
    hostile(
        "a file that one function writes and another reads",
        L,
        "right",
        after={
            "decode": """
            train_plainly, encode_plainly, decode_plainly = train_autoencoder, encode, decode

            def train_autoencoder(images, latent_dim, seed):
                mean, components = train_plainly(images, latent_dim, seed)
                name = f"model-{latent_dim}-{seed}.npz"
                np.savez(name, mean=mean, components=components)
                return name

            def load(name):
                with np.load(name) as found:
                    return found["mean"], found["components"]

            def encode(model, images):
                return encode_plainly(load(model), images)

            def decode(model, z):
                return decode_plainly(load(model), z)
            """
        },
    ),
]

ENTRIES = [*FILES, *CELLS, *HABITS]
