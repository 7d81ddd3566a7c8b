"""Keras' side of `vae`: notebook 20's model in Keras 3; runs in an environment of its own."""

import json
import os
import sys
import time

import numpy as np


def train(backend, images, test, epochs, sums, epsilon):
    """Seconds of each epoch, and the loss on held-out images after it.

    With sums the loss is the negative ELBO in nats, else notebook 20's, with its means.
    """
    os.environ["KERAS_BACKEND"] = backend
    import keras

    x, held_out = (np.load(path) for path in (images, test))
    keras.utils.set_random_seed(0)
    model = notebook20(keras, x.shape[1], sums, epsilon)
    seconds, losses = [], []
    for _ in range(epochs):
        start = time.perf_counter()
        model.fit(x, x, batch_size=100, epochs=1, verbose=0)
        seconds.append(time.perf_counter() - start)
        losses.append(model.evaluate(held_out, held_out, batch_size=1000, verbose=0))
    return {"seconds": seconds, "losses": losses}


def notebook20(keras, pixels, sums, epsilon, hidden=256, latent=2):
    """The dense network of the notebook, its optimiser, and its loss or the ELBO."""
    ops, layers = keras.ops, keras.layers
    combine = ops.sum if sums else ops.mean

    class Sampling(layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, parts):
            mean, log_var = parts
            kl = -0.5 * combine(1 + log_var - mean**2 - ops.exp(log_var), axis=-1)
            self.add_loss(ops.mean(kl))
            noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
            return mean + epsilon * ops.exp(log_var / 2) * noise

    def reconstruction(x, p):
        return keras.losses.binary_crossentropy(x, p) * (pixels if sums else 1)

    x = keras.Input((pixels,))
    h = layers.Dense(hidden, "relu")(x)
    z = Sampling()([layers.Dense(latent)(h), layers.Dense(latent)(h)])
    p = layers.Dense(pixels, "sigmoid")(layers.Dense(hidden, "relu")(z))
    model = keras.Model(x, p)
    model.compile(optimizer="rmsprop", loss=reconstruction)
    return model


if __name__ == "__main__":
    np.savez(sys.stdout.buffer, **globals()[sys.argv[1]](**json.loads(sys.argv[2])))
