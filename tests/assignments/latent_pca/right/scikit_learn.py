"""Everything from scikit-learn: PCA, a decision stump, pairwise distances, log loss."""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, log_loss, mean_squared_error
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.tree import DecisionTreeClassifier


def fit_pca(z):
    pca = PCA().fit(z)
    return {
        "mean": pca.mean_,
        "components": pca.components_,
        "spread": pca.transform(z).std(axis=0),
        "ratios": pca.explained_variance_ratio_,
        "fitted": pca,
    }


def train_autoencoder(images, latent_dim, seed):
    return PCA(latent_dim, random_state=seed).fit(images.reshape(-1, 256))


def encode(model, images):
    return model.transform(images.reshape(-1, 256))


def decode(model, z):
    return model.inverse_transform(z).clip(0, 1).reshape(-1, 1, 16, 16)


def relate(coordinates, m):
    k = coordinates.shape[1]
    distance = np.abs(coordinates - np.median(coordinates, axis=0))
    table = np.corrcoef(np.column_stack([coordinates, distance, m, np.abs(m)]), rowvar=False)
    return {"m": table[:k, -2], "abs_m": table[:k, -1], "distance": table[k:-2, -1]}


def fit_rule(coordinates, labels):
    centre = np.median(coordinates[labels == 0], axis=0, keepdims=True)
    stump = DecisionTreeClassifier(max_depth=1)
    stump.fit(euclidean_distances(coordinates, centre), labels)
    return {"centre": centre[0], "threshold": stump.tree_.threshold[0]}


def rule_accuracy(rule, coordinates, labels):
    distance = euclidean_distances(coordinates, rule["centre"][None])[:, 0]
    return accuracy_score(labels, distance > rule["threshold"])


def losses(images, p, mean, log_variance):
    reconstruction = log_loss(images.ravel(), p.ravel())
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum() / len(mean)
    spins, d = images[0].size, mean.shape[1]
    return {
        "reconstruction": reconstruction,
        "kl": kl,
        "bound": reconstruction + kl / spins,
        "notebook": reconstruction + kl / d,
        "beta": spins / d,
    }


def truncation_errors(decode, pca, z, images):
    errors = np.empty(z.shape[1] + 1)
    for k in range(len(errors)):
        codes = restore(pca, project(pca, z, k)) if k else np.tile(pca["mean"], (len(z), 1))
        errors[k] = mean_squared_error(images.ravel(), decode(codes).ravel())
    return errors
