"""Linear layers, convolutions and sliding windows; one-dimensional ones are planes of height 1."""
import itertools
import math

from .. import _linear_algebra as linear_algebra
from .. import _pointwise as pointwise
from .. import _shaping as shaping
from .._tensor import Tensor, apply
from ._padding import pad
from ._sizes import batched, pair, row


def linear(input, weight, bias=None):
    if not isinstance(input, Tensor):
        raise TypeError(f"linear(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    return apply("linear", [input, weight, bias])


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    input, lone = batched(input, 2, "conv2d")
    stride, dilation = pair(stride, "stride"), pair(dilation, "dilation")
    if isinstance(padding, str):
        input, padding = string_padding(input, weight, padding, stride, dilation)
    attributes = {"stride": stride, "padding": pair(padding, "padding"), "dilation": dilation, "groups": groups}
    result = apply("conv2d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result


def string_padding(input, weight, padding, stride, dilation):
    """'valid' is none; 'same' is what keeps the size, the odd one after the image."""
    if padding == "valid":
        return input, 0
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if stride != [1, 1]:
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(dilation, weight._shape[2:])]
    if any(total % 2 for total in totals):
        after = [total % 2 for total in totals]
        input = pad(input, [0, after[1], 0, after[0]])
    return input, [total // 2 for total in totals]


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    input, lone = batched(input, 2, "conv_transpose2d")
    attributes = {
        "stride": pair(stride, "stride"), "padding": pair(padding, "padding"), "dilation": pair(dilation, "dilation"),
        "groups": groups, "output_padding": pair(output_padding, "output_padding"),
    }  # fmt: skip
    result = apply("conv_transpose2d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    input, lone = batched(input, 1, "conv1d")
    result = conv2d(
        shaping.unsqueeze(input, 2), shaping.unsqueeze(weight, 2), bias,
        row(stride, 1), row(padding, 0), row(dilation, 1), groups,
    )  # fmt: skip
    result = shaping.squeeze(result, 2)
    return shaping.squeeze(result, 0) if lone else result


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    input, lone = batched(input, 1, "conv_transpose1d")
    result = conv_transpose2d(
        shaping.unsqueeze(input, 2), shaping.unsqueeze(weight, 2), bias,
        row(stride, 1), row(padding, 0), row(output_padding, 0), groups, row(dilation, 1),
    )  # fmt: skip
    result = shaping.squeeze(result, 2)
    return shaping.squeeze(result, 0) if lone else result


def bilinear(input1, input2, weight, bias=None):
    """y[…, o] = Σᵢⱼ input1[…, i] · weight[o, i, j] · input2[…, j] + bias[o]"""
    result = linear_algebra.einsum("...i,oij,...j->...o", input1, weight, input2)
    return result if bias is None else pointwise.add(result, bias)


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """im2col: each place of the kernel is a strided slice; together they are columns."""
    input, lone = batched(input, 2, "unfold")
    kernel, stride = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    dilation, (rows, columns) = pair(dilation, "dilation"), pair(padding, "padding")
    if rows or columns:
        input = pad(input, [columns, columns, rows, rows])
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel)]
    counts = [(size - r) // s + 1 for size, r, s in zip(input._shape[2:], reach, stride)]
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(input._shape[2:])}, kernel_size={tuple(kernel)}, "
            f"dilation={tuple(dilation)}, padding=({rows}, {columns}), calculated shape of the array of sliding "
            f"blocks as {tuple(counts)}, but its components must be at least one."
        )
    places = []
    for place in itertools.product(*map(range, kernel)):
        piece = input
        for axis in (0, 1):
            start = place[axis] * dilation[axis]
            end = start + (counts[axis] - 1) * stride[axis] + 1
            piece = shaping.sliced(piece, axis + 2, start, end, stride[axis])
        places.append(piece)
    n, c = input._shape[:2]
    result = shaping.reshape(shaping.stack(places, 2), [n, c * math.prod(kernel), math.prod(counts)])
    return shaping.squeeze(result, 0) if lone else result
