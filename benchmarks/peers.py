"""Calls a peer's side of a benchmark, ``peer_<name>.py``, in the peer's own environment.

Each peer has one, because they ask for different versions of NumPy.
"""

import json
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
ENVIRONMENTS = FOLDER.parent / ".venv" / "peers"


def run(peer, function, **arguments):
    """What a function of the peer's side returned: a dict of arrays.

    Each call starts a process, so that nothing is left over from the call before.
    """
    python = ENVIRONMENTS / peer / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"the environment of {peer} is missing: run `make bench`")
    command = [python, FOLDER / f"peer_{peer}.py", function, json.dumps(arguments)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return dict(np.load(BytesIO(output)))
