"""Everything from scikit-learn: PCA, a decision stump, a linear regression."""

import numpy as np
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier


def train_autoencoder(images, seed):
    return PCA(n_components=1, random_state=seed).fit(images.reshape(-1, 256))


def encode(model, images):
    return model.transform(images.reshape(-1, 256)).ravel()


def decode(model, z):
    copies = model.inverse_transform(np.reshape(z, (-1, 1)))
    return copies.clip(0, 1).reshape(-1, 1, 16, 16)


def phase_histograms(z, labels, bins):
    edges = np.histogram_bin_edges(z, bins)
    counts = [np.histogram(z[labels == phase], bins=edges)[0] for phase in (0, 1)]
    return {"edges": edges, "disordered": counts[0], "ordered": counts[1], "bins": bins}


def accuracy(predicted, labels):
    return accuracy_score(labels, predicted)


def fit_rule(z, labels):
    z0 = np.median(z[labels == 0])
    stump = DecisionTreeClassifier(max_depth=1, criterion="gini")
    stump.fit(np.abs(z - z0)[:, None], labels)
    return {"z0": z0, "threshold": stump.tree_.threshold[0]}


def relate_to_magnetization(z, m):
    line = LinearRegression().fit(z[:, None], m)
    return {
        "slope": line.coef_[0],
        "intercept": line.intercept_,
        "r2": line.score(z[:, None], m),
        "rank": np.corrcoef(rankdata(z), rankdata(m))[0, 1],
    }
