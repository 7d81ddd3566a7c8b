"""Seeds of independent random streams, made from one; `sampling` spawns its own in the same way."""

import numpy as np

from ai4mat_ising.arguments import checked_integer


def independent_seeds(seed, number):
    """Return seeds of streams that share nothing, with each other or with another seed's.

    Sums such as ``seed + 1`` would not do: that is where the next seed begins.

    Parameters
    ----------
    seed : int
        At least 0, as long as you like.
    number : int
        How many are needed; the first ones are the same for any number.

    Returns
    -------
    list of int
        64 bits each (of which a CPU generator of torch takes 32).

    Raises
    ------
    ValueError
        If `seed` is not an integer of at least 0.
    """
    streams = np.random.SeedSequence(checked_integer("seed", seed, 0)).spawn(number)
    return [int(stream.generate_state(1, np.uint64)[0]) for stream in streams]
