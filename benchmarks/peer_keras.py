"""Keras' side of `vae`: notebook 20's model in Keras 3; runs in an environment of its own."""

import json
import os
import sys
import time

import numpy as np


def batches_to_target(backend, images, test, target, seeds, batch, every, epochs, lr, betas):
    """How many batches it takes, for each seed, to bring the loss on held-out images to a target.

    They are looked at after every so many batches; inf says that all epochs were not enough.
    """
    keras = keras_with(backend)
    x, held_out = np.load(images), np.load(test)

    def count(seed):
        keras.utils.set_random_seed(seed)
        order = np.random.default_rng(seed)
        model, batches = notebook20(keras, x.shape[1], lr, betas), 0
        for _ in range(epochs):
            for part in order.permutation(len(x)).reshape(-1, every * batch):
                model.fit(x[part], x[part], batch_size=batch, verbose=0, shuffle=False)
                batches += every
                if model.evaluate(held_out, held_out, batch_size=1000, verbose=0) < target:
                    return batches
        return np.inf

    return {"batches": [count(seed) for seed in seeds]}


def train(backend, images, batch, epochs, lr, betas):
    """Seconds of each epoch."""
    keras, x, seconds = keras_with(backend), np.load(images), []
    model = notebook20(keras, x.shape[1], lr, betas)
    for _ in range(epochs):
        start = time.perf_counter()
        model.fit(x, x, batch_size=batch, verbose=0)
        seconds.append(time.perf_counter() - start)
    return {"seconds": seconds}


def keras_with(backend):
    os.environ["KERAS_BACKEND"] = backend
    import keras

    return keras


def notebook20(keras, pixels, lr, betas, hidden=256, latent=2):
    """The dense network of the notebook, with Adam, and the negative ELBO in nats as its loss."""
    ops, layers = keras.ops, keras.layers

    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, parts):
            mean, log_var = parts
            kl = -0.5 * ops.sum(1 + log_var - mean**2 - ops.exp(log_var), axis=-1)
            self.add_loss(ops.mean(kl))
            noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
            return mean + ops.exp(log_var / 2) * noise

    def reconstruction(x, p):
        return keras.losses.binary_crossentropy(x, p) * pixels

    x = keras.Input((pixels,))
    h = layers.Dense(hidden, "relu")(x)
    z = Sampling()([layers.Dense(latent)(h), layers.Dense(latent)(h)])
    p = layers.Dense(pixels, "sigmoid")(layers.Dense(hidden, "relu")(z))
    model = keras.Model(x, p)
    model.compile(optimizer=keras.optimizers.Adam(lr, *betas), loss=reconstruction)
    return model


if __name__ == "__main__":
    np.savez(sys.stdout.buffer, **globals()[sys.argv[1]](**json.loads(sys.argv[2])))
