"""The exchangeable model: the best that a magnetization alone can do, to compare others with."""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.special import gammaln

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.observables import checked_spins
from ai4mat_ising.seeds import independent_seeds


class ExchangeableModel:
    """A model that knows the distribution of the magnetization, but not where the spins are.

    It draws the number of up spins from its distribution in the data, and then puts them anywhere:
    all configurations with one magnetization are equally likely. A model that draws its spins on
    their own, given the magnetization as its only latent variable, cannot do better. Introduced
    in the chapter on generating critical configurations.

    Parameters
    ----------
    size : int
        Side length L of the lattice, at least 2.

    Raises
    ------
    ValueError
        If `size` is not as described.
    """

    def __init__(self, size):
        self.size = checked_integer("size", size, 2)
        self._log_share = None

    def fit(self, spins):
        """Fit the distribution of the number of up spins to data.

        It is made even, because a configuration and its negative are equally likely, and smooth.

        Parameters
        ----------
        spins : ndarray, shape (n, L, L)
            Spins -1/+1.

        Returns
        -------
        ExchangeableModel
            Itself.

        Raises
        ------
        ValueError
            If `spins` is not as described.
        """
        sites = self.size**2
        counts = np.bincount(self._ups(spins), minlength=sites + 1).astype(float)
        # The width leaves the shape at Tc alone and is many times the spacing of the data.
        smooth = gaussian_filter1d(counts + counts[::-1], max(1, sites / 200), mode="reflect")
        smooth += 1 / sites  # what the data lack is rare, but not impossible
        self._log_share = np.log(smooth / smooth.sum())
        return self

    def sample(self, n, seed=0):
        """Draw independent configurations, spins -1/+1, int8 (n, L, L).

        Raises RuntimeError before `fit`, ValueError if `n` or `seed` is not an integer of at
        least 0.
        """
        rng = np.random.default_rng(*independent_seeds(seed, 1))
        shares = np.exp(self._log_shares())
        ups = rng.choice(len(shares), size=checked_integer("n", n, 0), p=shares / shares.sum())
        spins = np.where(np.arange(self.size**2) < ups[:, None], 1, -1).astype(np.int8)
        return rng.permuted(spins, axis=1).reshape(-1, self.size, self.size)

    def log_prob(self, spins):
        """Return the log probability of configurations (n, L, L), in nats, float64 (n,).

        Raises RuntimeError before `fit`, ValueError if `spins` is not as described.
        """
        sites, ups = self.size**2, self._ups(spins)
        ways = gammaln(sites + 1) - gammaln(ups + 1) - gammaln(sites - ups + 1)
        return self._log_shares()[ups] - ways

    def _log_shares(self):
        if self._log_share is None:
            raise RuntimeError("the model must be trained first: call fit(spins)")
        return self._log_share

    def _ups(self, spins):
        return (checked_spins(spins, self.size) > 0).sum(axis=(1, 2))
