"""Normalisation: batch norm is an op, the others are means and variances over other dimensions."""
import math

from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._tensor import apply_all
from ._padding import pad
from ._pooling import avg_pool2d


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    if training and input.numel() == input.size(1) and input.ndim >= 2:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input._shape}")
    inputs = [input, weight, bias, running_mean, running_var]
    attributes = {"training": bool(training), "momentum": float(momentum), "eps": eps}
    outputs = apply_all("batch_norm", inputs, attributes)
    if training and running_mean is not None:
        running_mean._become(outputs[3])
        running_var._become(outputs[4])
    return outputs[0]


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    sizes = list(normalized_shape)
    if list(input._shape[-len(sizes):]) != sizes:
        raise RuntimeError(
            f"Given normalized_shape={sizes}, expected input with shape [*, {', '.join(map(str, sizes))}], "
            f"but got input of size{list(input._shape)}"
        )
    return affine(standardized(input, [-1 - i for i in range(len(sizes))], eps), weight, bias)


def standardized(input, dims, eps):
    centered = pointwise.sub(input, reductions.mean(input, dims, True))
    variance = reductions.mean(pointwise.square(centered), dims, True)
    return pointwise.mul(centered, pointwise.rsqrt(pointwise.add(variance, eps)))


def affine(input, weight, bias):
    if weight is not None:
        input = pointwise.mul(input, weight)
    return input if bias is None else pointwise.add(input, bias)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    if input.size(1) % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(input._shape)} and num_groups={num_groups}"
        )
    for name, vector in (("weight", weight), ("bias", bias)):
        if vector is not None and vector._shape != (input.size(1),):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} of "
                f"shape {list(vector._shape)} and input of shape {list(input._shape)}"
            )
    groups = shaping.reshape(input, input.size(0), num_groups, -1)
    result = shaping.reshape(standardized(groups, [-1], eps), input._shape)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def channels(value, rank):
    return None if value is None else value.reshape([-1] + [1] * (rank - 2))


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-05):  # fmt: skip
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    planes = list(range(2, input.ndim))
    if math.prod(input._shape[2:]) == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {input._shape}"
        )
    for name, vector in (("running_mean", running_mean), ("weight", weight)):
        if vector is not None and vector.numel() != input.size(1):
            # PyTorch makes channels of the images of a batch, and speaks of those.
            counts = [input.size(0) * input.size(1), input.size(0) * vector.numel()]
            raise RuntimeError(f"{name} should contain {counts[0]} elements not {counts[1]}")
    if running_mean is not None:
        follow(running_mean, reductions.mean(input, planes), momentum)
        follow(running_var, reductions.var(input, planes), momentum)
    result = standardized(input, planes, eps)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def follow(running, found, momentum):
    """A running statistic moves towards what the instances of this batch have on average."""
    kept = pointwise.mul(running, 1 - momentum)
    running._become(pointwise.add(kept, pointwise.mul(reductions.mean(found, 0), momentum)))


def local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0):
    """input / (k + alpha · mean of squares over `size` neighbouring channels) ^ beta"""
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)")
    if input.numel() == 0:
        return input
    # Channels become the rows of one plane, so that the mean is a pooling.
    squares = shaping.reshape(pointwise.square(input), [input.size(0), 1, input.size(1), -1])
    squares = pad(squares, [0, 0, size // 2, (size - 1) // 2])
    means = shaping.reshape(avg_pool2d(squares, [size, 1], 1), input._shape)
    return pointwise.div(input, pointwise.pow(pointwise.add(pointwise.mul(means, alpha), k), beta))


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    return pointwise.div(input, pointwise.clamp(reductions.norm(input, p, dim, True), min=eps))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    dims = [-1 - i for i in range(len(normalized_shape))]
    scale = pointwise.add(reductions.mean(pointwise.square(input), dims, True), 1.1920929e-07 if eps is None else eps)
    return affine(pointwise.mul(input, pointwise.rsqrt(scale)), weight, None)
