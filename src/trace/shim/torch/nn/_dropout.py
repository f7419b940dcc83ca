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
