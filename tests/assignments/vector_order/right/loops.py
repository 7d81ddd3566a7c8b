"""Plain Python loops, rods one by one; some lists instead of arrays."""

import math

import numpy as np


def q_tensor(angles):
    tensors = []
    for configuration in angles:
        xx = xy = count = 0
        for angle in configuration.ravel():
            xx += math.cos(angle) ** 2
            xy += math.cos(angle) * math.sin(angle)
            count += 1
        xx, xy = xx / count, xy / count
        tensors.append([[xx - 0.5, xy], [xy, 0.5 - xx]])
    return np.array(tensors)


def order_and_director(Q):
    S, director = [], []
    for q in Q:
        S.append(2 * math.sqrt(-np.linalg.det(q)))
        # Of all axes, the one along which the rods lie: coarse search, then Newton's method.
        def quality(a):
            return q[0, 0] * math.cos(2 * a) + q[0, 1] * math.sin(2 * a)

        best = max(np.linspace(-math.pi, 0, 181), key=quality)
        for _ in range(5):
            slope = -q[0, 0] * math.sin(2 * best) + q[0, 1] * math.cos(2 * best)
            best += slope / (2 * quality(best))
        director.append(best)
    return {"S": np.array(S), "director": np.array(director)}


def block_order(angles, block):
    m = angles.shape[1] // block
    result = np.zeros((len(angles), m, m))
    for k in range(len(angles)):
        for i in range(m):
            for j in range(m):
                rows = slice(i * block, i * block + block)
                part = angles[k, rows, j * block : (j + 1) * block]
                x, y = np.cos(part).ravel(), np.sin(part).ravel()
                Q = [[x @ x / block**2 - 0.5, x @ y / block**2], [0, 0]]
                Q[1] = [Q[0][1], -Q[0][0]]
                result[k, i, j] = 2 * max(np.linalg.eigvalsh(Q))
    return result


def turns(codes):
    count = 0
    for (x, y), (u, v) in zip(codes[:-1], codes[1:]):
        # Upwards through the positive first axis counts +1, downwards -1.
        if y < 0 <= v and x + u > 0:
            count += 1
        elif v < 0 <= y and x + u > 0:
            count -= 1
    return count


def order_in_space(n):
    S, directors = [], []
    for rods in n.reshape(len(n), -1, 3).tolist():
        Q = [[sum(r[a] * r[b] for r in rods) / len(rods) for a in range(3)] for b in range(3)]
        for a in range(3):
            Q[a][a] -= 1 / 3
        values, vectors = np.linalg.eigh(Q)
        k = 2 if values[2] > -values[0] else 0
        S.append(float(3 * values[k] / 2))
        directors.append(vectors[:, k].tolist())
    return {"S": S, "director": directors}
