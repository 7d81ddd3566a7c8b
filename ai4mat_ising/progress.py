"""The progress bar of long work, and the switch that hides it where a page is built."""

import os

from tqdm.auto import tqdm


def progress_bar(total, *, desc, unit, shown=True, delay=0):
    """Return a bar for the terminal or the notebook; a context manager, as tqdm's own.

    Parameters
    ----------
    total : int
        Steps until it is full.
    desc, unit : str
        Names of the work and of a step.
    shown : bool, default True
        False hides the bar.
    delay : float, default 0
        Seconds of work before it appears.

    Returns
    -------
    tqdm.tqdm
    """
    # AI4MAT_PROGRESS=0 is set by the build of the book: a bar in a page would load scripts from
    # another host, and TQDM_DISABLE does not silence the notebook's bar.
    hidden = not shown or os.environ.get("AI4MAT_PROGRESS") == "0"
    return tqdm(total=total, desc=desc, unit=unit, delay=delay, disable=hidden)
