"""Spins are drawn with their probabilities; grids of codes are in reading order."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from ai4mat_ising.drawing import draw, latent_grid, quantile_grid


def test_spins_are_drawn_independently_with_their_probabilities():
    p = np.linspace(0, 1, 16).reshape(4, 4)
    spins = draw(np.broadcast_to(p, (40_000, 4, 4)), seed=20)
    assert spins.dtype == np.int8 and set(np.unique(spins)) == {-1, 1}
    np.testing.assert_allclose((spins > 0).mean(axis=0), p, atol=4 * 0.5 / 200)
    assert (spins[:, 0, 0] == -1).all() and (spins[:, 3, 3] == 1).all()
    correlation = np.corrcoef(spins.reshape(-1, 16)[:, 1:15].T) - np.eye(14)
    assert np.abs(correlation).max() < 5 / 200


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((4, 4), (4, 4)),
        ((5, 4, 4), (5, 4, 4)),
        ((5, 1, 4, 4), (5, 4, 4)),
        ((2, 3, 4, 4),) * 2,
    ],
)
def test_images_lose_their_channel(shape, expected):
    assert draw(np.full(shape, 0.5)).shape == expected


def test_images_of_a_network_are_drawn_as_they_come_and_the_seed_counts():
    images = torch.full((3, 1, 8, 8), 0.3, requires_grad=True)
    spins = draw(images, seed=1)
    np.testing.assert_array_equal(spins, draw(images.detach().numpy(), seed=1))
    assert (spins != draw(images, seed=2)).any()


@pytest.mark.parametrize(
    "p, message",
    [
        (np.full(4, 0.5), r"shape \(..., L, L\), got \(4,\)"),
        (np.full((4, 5), 0.5), r"got \(4, 5\)"),
        (np.full((4, 4), -0.1), "between 0 and 1, got -0.1"),
        (np.full((4, 4), 1.1), "between 0 and 1, got 1.1"),
        (np.full((4, 4), np.nan), "between 0 and 1, got nan"),
    ],
)
def test_what_is_no_probability_is_refused(p, message):
    with pytest.raises(ValueError, match=message):
        draw(p)


def test_grids_are_in_reading_order():
    expected = [
        (-1, 2),
        (0.5, 2),
        (2, 2),
        (-1, 0.5),
        (0.5, 0.5),
        (2, 0.5),
        (-1, -1),
        (0.5, -1),
        (2, -1),
    ]
    np.testing.assert_allclose(latent_grid(3, -1, 2), expected)
    assert latent_grid(5).shape == (25, 2) and latent_grid(5).dtype == np.float32
    np.testing.assert_allclose(latent_grid(5)[[0, -1]], [(-5, 5), (5, -5)])


def test_the_quantile_grid_takes_equal_steps_of_probability():
    p = norm.cdf(quantile_grid(5))
    np.testing.assert_allclose(p, latent_grid(5, 0.01, 0.99), atol=1e-6)
    assert quantile_grid(2).shape == (4, 2)
    np.testing.assert_allclose(quantile_grid(7)[0], [-2.326348, 2.326348], rtol=1e-6)


@pytest.mark.parametrize(
    "grid, arguments, message",
    [
        (latent_grid, (1,), "n must be an integer of at least 2, got 1"),
        (latent_grid, (3, 1, 1), "low and high must satisfy"),
        (latent_grid, (3, 0, np.inf), "low and high must satisfy"),
        (quantile_grid, (2.5,), "n must be an integer"),
        (quantile_grid, (3, 0, 0.9), "0 < low < high < 1, got 0 and 0.9"),
        (quantile_grid, (3, 0.1, 1), "low and high must satisfy"),
    ],
)
def test_grids_that_cannot_be_are_refused(grid, arguments, message):
    with pytest.raises(ValueError, match=message):
        grid(*arguments)
