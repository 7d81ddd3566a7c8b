"""Networks and arrays as text that the scripts of live figures read: `network.mjs`, `packed.mjs`.

The text is made for pages: it is small, and a script needs no library to read it.
"""

import base64

import numpy as np
import torch
from torch import nn

TYPES = ("float16", "float32")
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SHAPES = nn.Flatten | nn.Unflatten  # layers that only give numbers another shape


def packed(array, dtype="float16"):
    """Return the bytes of an array as text (base64), little-endian.

    Parameters
    ----------
    array : array_like
    dtype : str, default "float16"
        "float16", "float32", "int8", or "uint8" for packed spins.

    Returns
    -------
    str
    """
    array = np.asarray(array).astype(np.dtype(dtype).newbyteorder("<"))
    return base64.b64encode(array.tobytes()).decode("ascii")


def levels(array):
    """Return numbers from 0 to 1 as text, each as a digit of base64: one of 64 levels.

    Pictures that are nearly alike repeat digits, and so they are small when they are compressed.

    Parameters
    ----------
    array : array_like
        Numbers from 0 to 1.

    Returns
    -------
    str
    """
    digits = np.rint(np.ravel(array) * (len(DIGITS) - 1)).astype(int)
    return "".join(np.array([*DIGITS])[digits])


def exported(layers, dtype="float16"):
    """Return a network as a dict that can be written as JSON and that `network.mjs` runs.

    Parameters
    ----------
    layers : iterable of torch.nn.Module
        Linear, Conv2d, ConvTranspose2d, ReLU, Sigmoid, Flatten and Unflatten, in the order in
        which they run. Images and kernels are square.
    dtype : str, default "float16"
        Type of the weights, or "float32".

    Returns
    -------
    dict
        `layers`, dicts with the kind of each layer and its sizes; `type`; and `weights`, those of
        all layers one after the other, as text.

    Raises
    ------
    ValueError
        If there is no such layer or type, or a convolution is not of the described kind.
    """
    if dtype not in TYPES:
        raise ValueError(f"dtype must be one of {TYPES}, got {dtype!r}")
    layers = [layer for layer in layers if not isinstance(layer, SHAPES)]
    weights = [number for layer in layers for number in _weights(layer)]
    weights = np.concatenate(weights) if weights else []
    return {
        "layers": [_layer(one) for one in layers],
        "type": dtype,
        "weights": packed(weights, dtype),
    }


def thinned(decoder, codes, tolerance=0.01):
    """Replace the last layer of a dense decoder by two layers with few numbers between them.

    The logits of all codes lie near a plane of few dimensions (their principal components), so two
    thin matrices do the work of a large one.

    Parameters
    ----------
    decoder : torch.nn.Sequential
        Linear, ReLU, Linear and perhaps Unflatten, from codes to logits.
    codes : array_like, shape (n, d)
        Where the probabilities must stay what they were.
    tolerance : float, default 0.01
        By how much the probability of any spin at any of the codes may change.

    Returns
    -------
    list of torch.nn.Module
        The layers of a decoder from codes to logits, of float64.

    Raises
    ------
    ValueError
        If the decoder is not as described.
    """
    kinds = [type(layer) for layer in decoder if not isinstance(layer, SHAPES)]
    if kinds != [nn.Linear, nn.ReLU, nn.Linear]:
        raise ValueError(f"decoder must be Linear, ReLU and Linear, got {decoder}")
    first, relu, last = (layer for layer in decoder if not isinstance(layer, SHAPES))
    with torch.no_grad():
        hidden = relu(first(torch.as_tensor(codes, dtype=first.weight.dtype))).double()
        weight, bias = last.weight.double(), last.bias.double()
        logits = hidden @ weight.T + bias
        p = logits.sigmoid()
        # Where all spins are certain, an error of the logits is not seen.
        counts = (p * (1 - p)).mean(dim=1, keepdim=True).sqrt() + 0.01
        mean = (counts * hidden).sum(dim=0) / counts.sum()
        # The components of the logits, from a matrix of as many rows as there are hidden numbers.
        triangle = torch.linalg.qr(counts * (hidden - mean)).R
        axes = torch.linalg.svd(triangle @ weight.T, full_matrices=False).Vh
        centre = weight @ mean + bias
        for rank in range(1, len(axes) + 1):
            to_few = axes[:rank] @ weight
            few = (hidden - mean) @ to_few.T
            error = ((centre + few @ axes[:rank]).sigmoid() - p).abs().max()
            if error <= tolerance:
                break
        return [first, relu, _linear(to_few, -to_few @ mean), _linear(axes[:rank].T, centre)]


def _linear(weight, bias):
    """Return a linear layer of given weights."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    layer.weight.data, layer.bias.data = weight, bias
    return layer


def _weights(layer):
    """Return the weights of a layer and its biases, flat; none for a layer without them."""
    if not isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        return []
    weight = layer.weight.detach().cpu().numpy()
    outputs = weight.shape[1] if isinstance(layer, nn.ConvTranspose2d) else weight.shape[0]
    bias = np.zeros(outputs) if layer.bias is None else layer.bias.detach().cpu().numpy()
    return [weight.ravel(), bias]


def _layer(layer):
    """Return what is to be known of a layer beside its weights."""
    match layer:
        case nn.ReLU() | nn.Sigmoid():
            return {"kind": type(layer).__name__.lower()}
        case nn.Linear():
            return {"kind": "linear", "from": layer.in_features, "to": layer.out_features}
        case nn.Conv2d():
            circular = {"zeros": False, "circular": True}.get(layer.padding_mode)
            return {"kind": "conv", **_convolution(layer), "circular": circular}
        case nn.ConvTranspose2d():
            return {"kind": "deconv", **_convolution(layer), "extra": layer.output_padding[0]}
    raise ValueError(
        "layers must be Linear, Conv2d, ConvTranspose2d, ReLU, Sigmoid, Flatten or Unflatten, "
        f"got {layer}"
    )


def _convolution(layer):
    """Return the sizes of a convolution, the same along rows and columns."""
    sizes = [layer.kernel_size, layer.stride, layer.padding, layer.dilation]
    if (
        any(isinstance(size, str) or len(set(size)) > 1 for size in sizes)
        or (layer.dilation[0], layer.groups) != (1, 1)
        or layer.padding_mode not in ("zeros", "circular")
    ):
        raise ValueError(
            "convolutions must be square, without dilation and groups, and padded by zeros or "
            f"circularly, got {layer}"
        )
    kernel, stride, padding = (size[0] for size in sizes[:3])
    return {
        "from": layer.in_channels,
        "to": layer.out_channels,
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
    }
