"""Dropout of elements and of whole channels."""
from .. import _constants
from .. import _pointwise as pointwise
from .._tensor import Tensor, apply
from ._activations import finish


def probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def dropout(input, p=0.5, training=True, inplace=False):
    result = apply("dropout", [input], {"p": probability(p), "training": bool(training)})
    return finish(input, result, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Whole channels: the mask of an N×C×1×1 tensor of ones is spread over the plane."""
    if not training:
        return dropout(input, p, False, inplace)
    ones = Tensor([*input._shape[:2], *([1] * (input.ndim - 2))], input.dtype, _constants.uniform(1.0))
    return finish(input, pointwise.mul(input, dropout(ones, p, True)), inplace)


dropout1d = dropout3d = feature_dropout = dropout2d


def alpha(mask_of):
    """What keeps mean and variance of SELU's output: dropped elements become −λα, and the whole is scaled back."""

    def call(input, p=0.5, training=False, inplace=False):
        if not training or probability(p) == 0:
            return input
        if p == 1:
            return finish(input, pointwise.mul(input, 0.0), inplace)
        low = -1.7580993408473766
        scale = 1 / ((1 - p) * (1 + p * low * low)) ** 0.5
        keep = pointwise.mul(dropout(mask_of(input), p, True), 1 - p)
        dropped = pointwise.mul(pointwise.sub(1, keep), low)
        mixed = pointwise.add(pointwise.mul(input, keep), dropped)
        return finish(input, pointwise.add(pointwise.mul(mixed, scale), -scale * low * p), inplace)

    return call


def ones_like(input):
    return Tensor(input._shape, input.dtype, _constants.uniform(1.0))


def channel_ones(input):
    return Tensor([*input._shape[:2], *([1] * (input.ndim - 2))], input.dtype, _constants.uniform(1.0))


alpha_dropout = alpha(ones_like)
feature_alpha_dropout = alpha(channel_ones)
