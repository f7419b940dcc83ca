"""Normalisation: batch norm is an op, the others are means and variances over other dimensions."""
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._recorder import UnsupportedOp
from .._tensor import apply_all


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
    groups = shaping.reshape(input, input.size(0), num_groups, -1)
    result = shaping.reshape(standardized(groups, [-1], eps), input._shape)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def channels(value, rank):
    return None if value is None else value.reshape([-1] + [1] * (rank - 2))


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-05):  # fmt: skip
    if running_mean is not None or not use_input_stats:
        raise UnsupportedOp("instance_norm with running statistics")
    result = standardized(input, list(range(2, input.ndim)), eps)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    return pointwise.div(input, pointwise.clamp(reductions.norm(input, p, dim, True), min=eps))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    dims = [-1 - i for i in range(len(normalized_shape))]
    scale = pointwise.add(reductions.mean(pointwise.square(input), dims, True), 1.1920929e-07 if eps is None else eps)
    return affine(pointwise.mul(input, pointwise.rsqrt(scale)), weight, None)
