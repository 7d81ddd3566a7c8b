"""Loops instead of arrays, lists instead of arrays; walls along the other axis."""

import math
import random

import torch


def choose_ends(m, labels, kind):
    best = {}
    for i, (value, label) in enumerate(zip(m, labels)):
        if kind == "branches":
            scores = {"start": -value, "end": value} if label == 1 else {}
        else:
            scores = {"start": abs(value)} if label == 1 else {"end": -abs(value)}
        for name, score in scores.items():
            if name not in best or score > best[name][0]:
                best[name] = (score, i)
    return best["start"][1], best["end"][1]


def code_path(model, start, end, steps):
    model.eval()
    first = model.encode(torch.tensor(start).unsqueeze(0)).tolist()[0]
    last = model.encode(torch.tensor(end).unsqueeze(0)).tolist()[0]
    codes, images = [], []
    for step in range(steps):
        code = [a + (b - a) * step / (steps - 1) for a, b in zip(first, last)]
        codes.append(code)
        images.append(model.decode(torch.tensor([code]))[0].tolist())
    return {"codes": codes, "images": images}


def averages(p):
    magnetization, energy = [], []
    for image in p.tolist():
        image, size = image[0], len(image[0])
        up = down = bonds = 0.0
        for y in range(size):
            for x in range(size):
                here = image[y][x]
                up, down = up + here, down + 1 - here
                for there in (image[y - 1][x], image[y][x - 1]):
                    bonds += (2 * here - 1) * (2 * there - 1)
        magnetization.append((up - down) / size**2)
        energy.append(-bonds / size**2)
    return {"magnetization": magnetization, "energy": energy}


def draw_configurations(p, n, seed):
    rng = random.Random(seed)
    image = p[0].tolist()
    drawn = []
    for _ in range(n):
        drawn.append([[1 if rng.random() < pixel else -1 for pixel in row] for row in image])
    return drawn


def neighbour_covariance(spins):
    n, size, _ = spins.shape
    s = spins.tolist()
    sites = range(size)
    mean = [[sum(s[c][y][x] for c in range(n)) / n for x in sites] for y in sites]
    terms = []
    for y in sites:
        for x in sites:
            for y2, x2 in ((y - 1, x), (y, x - 1)):
                product = sum(s[c][y][x] * s[c][y2][x2] for c in range(n)) / n
                terms.append(product - mean[y][x] * mean[y2][x2])
    return math.fsum(terms) / len(terms)


def nearest(points, pool, k, exclude):
    found = []
    for point in points:
        allowed = [i for i in range(len(pool)) if i not in exclude]
        found.append(sorted(allowed, key=lambda i: float(((pool[i] - point) ** 2).sum()))[:k])
    return found


def wall_path(size, steps):
    path = []
    for t in range(steps):
        # Columns, each filled from below; rounded up, so one spin more than others have.
        ups = math.ceil(size * size * t / (steps - 1))
        path.append([[1 if x * size + size - 1 - y < ups else -1 for x in range(size)]
                     for y in range(size)])
    return path
