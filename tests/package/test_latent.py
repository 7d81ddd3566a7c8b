"""Encoding keeps order and mode, projection is the singular value decomposition, interpolation is
straight, and `separation` says chance where a straight cut sees nothing."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import Dataset, Subset, TensorDataset, random_split

from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.latent import encode, interpolate, project, separation
from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.observables import magnetization
from ai4mat_ising.threads import torch_threads

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()


class Numbered(nn.Module):
    """Codes that can be read: the mean of an image and its first pixel, or noise in training."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.dropout = nn.Dropout(0.5)
        self.batches = []

    def encode(self, x):
        self.batches.append(len(x))
        return self.dropout(self.scale * torch.stack([x.mean((1, 2, 3)), x[:, 0, 0, 0]], dim=1))


class Pairs(Dataset):
    def __init__(self, images):
        self.images = images

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        return self.images[i], "a label of any kind"


class OnlyImages(Pairs):
    def __getitem__(self, i):
        return self.images[i]


def numbered_images(n):
    return torch.arange(n).float()[:, None, None, None].expand(-1, 1, 4, 4)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


# --- encode ----------------------------------------------------------------------------------


def test_encoding_takes_one_thread_and_leaves_as_many_as_there_were():
    class Counting(Numbered):
        def encode(self, x):
            threads.append(torch.get_num_threads())
            return super().encode(x)

    threads = []
    with torch_threads(3):
        encode(Counting(), numbered_images(5))
        assert threads == [1] and torch.get_num_threads() == 3


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("batch_size", [1, 7, 25, 1000])
@pytest.mark.parametrize("wrap", [lambda x: x, TensorDataset, Pairs, OnlyImages, list])
def test_codes_come_in_the_order_of_the_data(wrap, batch_size, device):
    model = Numbered().to(device)
    z = encode(model, wrap(numbered_images(25)), batch_size)
    assert isinstance(z, np.ndarray) and z.dtype == np.float32
    np.testing.assert_array_equal(z, np.arange(25)[:, None] + np.zeros(2))
    assert max(model.batches) == min(batch_size, 25) and sum(model.batches) == 25


@pytest.mark.parametrize("training", [True, False])
def test_codes_carry_no_training_noise_and_the_mode_is_left_as_it_was(training):
    model = Numbered().train(training)
    np.testing.assert_array_equal(encode(model, numbered_images(9))[:, 0], np.arange(9))
    assert model.training is model.dropout.training is training


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_is_left_as_it_was_after_an_error_too(training):
    model = ConvAutoencoder().train(training)
    with pytest.raises(ValueError, match="x must be images"):
        encode(model, torch.zeros(3, 1, 8, 8))
    assert model.training is training


def test_codes_of_the_ising_data_are_those_of_the_model():
    torch.manual_seed(0)
    dataset, model = IsingDataset(), ConvAutoencoder(latent_dim=3)
    with torch.no_grad():
        expected = model.encode(dataset.images()).numpy()
    part, _ = random_split(dataset, [100, 4900], torch.Generator().manual_seed(0))
    np.testing.assert_allclose(encode(model, dataset), expected, atol=1e-6)
    np.testing.assert_allclose(encode(model, part), expected[part.indices], atol=1e-6)


def test_transforms_of_a_data_set_are_applied():
    dataset = IsingDataset(transform=lambda x: torch.full_like(x, 5))
    for data in (Subset(dataset, range(12)), Subset(Subset(dataset, range(50)), range(12))):
        np.testing.assert_array_equal(encode(Numbered(), data), np.full((12, 2), 5))


def test_encoding_needs_no_gradients():
    images = numbered_images(5).clone().requires_grad_()
    model = Numbered()
    encode(model, images)
    assert images.grad is None and model.scale.grad is None


# --- project ---------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(200, 4), (30, 10), (5, 20)])
def test_projection_is_the_singular_value_decomposition(shape):
    z = normal(*shape) * np.arange(1, shape[1] + 1) + 3
    u, s, _ = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    coordinates, explained = project(z)
    for ours, theirs in zip(coordinates.T, (u * s)[:, :2].T):
        np.testing.assert_allclose(ours * np.sign(ours @ theirs), theirs, atol=1e-10)
    np.testing.assert_allclose(explained, s[:2] ** 2 / (s**2).sum(), rtol=1e-12)


def test_all_components_together_explain_everything_and_keep_distances():
    z = normal(50, 4) @ normal(4, 4, seed=1)
    coordinates, explained = project(z, 4)
    assert explained.sum() == pytest.approx(1, rel=1e-12) and (np.diff(explained) < 0).all()
    np.testing.assert_allclose(coordinates.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(coordinates[1:] - coordinates[:-1], axis=1),
        np.linalg.norm(z[1:] - z[:-1], axis=1),
    )


def test_codes_on_a_line_have_one_component():
    z = np.outer(normal(40), [3, 4]) + [1, 2]
    coordinates, explained = project(z.tolist(), 1)
    assert explained == pytest.approx([1])
    assert coordinates.std() == pytest.approx(5 * normal(40).std())


def test_the_first_component_of_the_ising_data_is_the_magnetization():
    dataset = IsingDataset()
    coordinates, explained = project(dataset.spins.reshape(5000, -1), 1)
    correlation = np.corrcoef(coordinates[:, 0], magnetization(dataset.spins))[0, 1]
    assert abs(correlation) > 0.99 and explained[0] > 0.1


def test_projection_is_repeatable_on_large_data():
    """Where scikit-learn would choose its randomised solver by itself."""
    z = normal(1200, 600)
    np.testing.assert_array_equal(project(z).coordinates, project(z).coordinates)


@pytest.mark.parametrize("z", [normal(5), normal(2, 3, 4), [[0.0, np.nan], [1, 1]]])
def test_projection_refuses_what_is_no_table_of_numbers(z):
    with pytest.raises(ValueError, match="z must be finite numbers of shape"):
        project(z)


@pytest.mark.parametrize("n_components", [0, 3, -1])
def test_projection_refuses_too_many_components(n_components):
    with pytest.raises(ValueError, match=f"between 1 and 2 .* got {n_components}"):
        project(normal(9, 2), n_components)


# --- interpolate -----------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [2, 3, 10, np.int64(7)])
def test_interpolation_is_straight_and_its_ends_are_exact(steps):
    start, end = normal(4).astype(np.float32), normal(4, seed=1).astype(np.float32)
    z = interpolate(start, end, steps)
    assert z.shape == (steps, 4)
    np.testing.assert_array_equal(z[0], start)
    np.testing.assert_array_equal(z[-1], end)
    np.testing.assert_allclose(np.diff(z, axis=0), [(end - start) / (steps - 1)] * (steps - 1),
                               atol=1e-6)  # fmt: skip


def test_interpolation_takes_ten_steps_by_default():
    np.testing.assert_allclose(interpolate([0, 9], [9, 0]), [(k, 9 - k) for k in range(10)])


@pytest.mark.parametrize("ends", [(normal(2), normal(3)), (1.0, 2.0), (normal(1, 2), normal(1, 2))])
def test_ends_must_be_vectors_of_one_length(ends):
    with pytest.raises(ValueError, match="z_start and z_end must be vectors of the same length"):
        interpolate(*ends)


@pytest.mark.parametrize("steps", [1, 0, -3, 2.0, True, None])
def test_interpolation_needs_two_steps(steps):
    with pytest.raises(ValueError, match=f"steps must be .* at least 2, got {steps}"):
        interpolate([0.0], [1.0], steps)


# --- separation ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def branches():
    """A coordinate as the symmetry makes it: ordered samples near +1 and -1, disordered near 0."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 1000)
    return labels * rng.choice([-1, 1], 2000) + 0.1 * rng.normal(size=2000), labels


def test_a_cut_through_two_opposite_branches_is_chance(branches):
    z, labels = branches
    auc, accuracy = separation(z, labels)
    assert auc == pytest.approx(0.5, abs=0.06)
    assert accuracy < 0.8, "at best one of the two branches is cut off"


def test_the_distance_from_the_centre_separates(branches):
    z, labels = branches
    assert separation(np.abs(z), labels).auc > 0.999
    assert separation(np.column_stack([z, z**2]), labels).accuracy > 0.999


def test_on_mds2_the_magnetization_separates_only_by_its_size():
    """The lesson's claim holds for |m|, and on these quenched data only in three of four cases."""
    dataset = IsingDataset()
    m = magnetization(dataset.spins)
    assert separation(m, dataset.labels).accuracy < 0.55
    assert separation(np.abs(m), dataset.labels).accuracy == pytest.approx(0.757, abs=0.005)


def test_separation_of_gaussians_is_the_known_one():
    """Two unit Gaussians a distance d apart: AUC = Phi(d / sqrt 2), accuracy = Phi(d / 2)."""
    labels = np.repeat([0, 1], 5000)
    auc, accuracy = separation(normal(10_000) + 2 * labels, labels)
    assert auc == pytest.approx(0.9214, abs=0.01)
    assert accuracy == pytest.approx(0.8413, abs=0.015)


def test_separation_does_not_depend_on_units_or_origin(branches):
    z, labels = branches
    features = np.column_stack([z, normal(2000) + labels])
    moved = separation(features * [1e4, -1e-3] + [5, 100], labels)
    assert moved == pytest.approx(separation(features, labels), abs=1e-6)
    turned = features @ [[0.6, 0.8], [-0.8, 0.6]]
    assert separation(turned, labels) == pytest.approx(separation(features, labels), abs=0.005)


def test_separation_is_the_same_with_the_phases_renamed(branches):
    features, labels = np.abs(branches[0]) + normal(2000), branches[1]
    assert separation(features, 1 - labels) == pytest.approx(separation(features, labels), abs=1e-6)


def test_separation_is_judged_on_held_out_data():
    """100 features of 120 samples fit any labels perfectly, and predict nothing."""
    auc, accuracy = separation(normal(120, 100), np.tile([0, 1], 60))
    assert auc == pytest.approx(0.5, abs=0.15) and accuracy == pytest.approx(0.5, abs=0.15)


def test_separation_is_repeatable_and_draws_from_no_global_state(branches):
    before = np.random.get_state()[1].copy()
    assert separation(*branches) == separation(*branches)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_feature_that_says_nothing_is_chance():
    assert separation(np.ones(100), np.repeat([0, 1], 50)) == (0.5, 0.5)


def test_labels_may_be_bool_or_a_tensor(branches):
    z, labels = branches
    expected = separation(z, labels)
    assert separation(torch.from_numpy(z), torch.from_numpy(labels)) == expected
    assert separation(z, labels == 1) == expected


@pytest.mark.parametrize(
    "labels, got",
    [
        (np.repeat([0, 1], [16, 4]), "16 zeros and 4 ones among 20"),
        (np.zeros(20), "20 zeros and 0 ones"),
        (np.repeat([0, 1, 2], [8, 8, 4]), "8 zeros and 8 ones among 20"),
        (np.repeat([-1, 1], 10), "0 zeros and 10 ones"),
        (np.repeat(["cold", "hot"], 10), "0 zeros and 0 ones"),
    ],
)
def test_labels_must_be_enough_zeros_and_ones(labels, got):
    with pytest.raises(ValueError, match="labels must be 0 or 1 with at least 5 .* got " + got):
        separation(normal(20), labels)


@pytest.mark.parametrize("labels", [np.zeros(19), np.zeros((20, 1)), 1])
def test_every_sample_needs_a_label(labels):
    with pytest.raises(ValueError, match=r"labels must have shape \(20,\) .* got \("):
        separation(normal(20), labels)


@pytest.mark.parametrize("features", [normal(20, 2, 2), np.full(20, np.nan), 3.0])
def test_features_must_be_finite_numbers(features):
    with pytest.raises(ValueError, match=r"features must be finite numbers of shape \(n, k\)"):
        separation(features, np.repeat([0, 1], 10))
