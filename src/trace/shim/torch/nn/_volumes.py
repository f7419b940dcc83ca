"""Convolution, pooling and resizing of volumes, and pooling that tells positions: traced, not trained."""
import math

from .. import _pointwise as pointwise
from .. import _shaping as shaping
from .._tensor import apply, apply_all
from ._padding import pad
from ._sizes import batched, pair


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    input, lone = batched(input, 3, "conv3d")
    stride, dilation = pair(stride, "stride", 3), pair(dilation, "dilation", 3)
    if isinstance(padding, str):
        input, padding = same_padding(input, weight, padding, stride, dilation)
    attributes = {"stride": stride, "padding": pair(padding, "padding", 3), "dilation": dilation, "groups": groups}
    result = apply("conv3d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result


def same_padding(input, weight, padding, stride, dilation):
    if padding == "valid":
        return input, 0
    if stride != [1, 1, 1]:
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(dilation, weight._shape[2:])]
    if any(total % 2 for total in totals):
        input = pad(input, [amount for total in reversed(totals) for amount in (0, total % 2)])
    return input, [total // 2 for total in totals]


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    input, lone = batched(input, 3, "conv_transpose3d")
    attributes = {
        "stride": pair(stride, "stride", 3), "padding": pair(padding, "padding", 3), "groups": groups,
        "dilation": pair(dilation, "dilation", 3), "output_padding": pair(output_padding, "output_padding", 3),
    }  # fmt: skip
    result = apply("conv_transpose3d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result


def pooled(op, input, planes, attributes, outputs=1):
    """One result, or the values with their positions; an unbatched input is given a batch of one."""
    lone = input.ndim == planes + 1
    results = apply_all(op, [shaping.unsqueeze(input, 0) if lone else input], attributes)
    results = [shaping.squeeze(result, 0) if lone else result for result in results]
    return results[0] if outputs == 1 else tuple(results)


def window(planes, kernel_size, stride, padding):
    kernel = pair(kernel_size, "kernel_size", planes)
    stride = kernel if stride is None or stride == [] else pair(stride, "stride", planes)
    return {"kernel_size": kernel, "stride": stride, "padding": pair(padding, "padding", planes)}


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    attributes = {
        **window(3, kernel_size, stride, padding), "dilation": pair(dilation, "dilation", 3),
        "ceil_mode": bool(ceil_mode),
    }  # fmt: skip
    if return_indices:
        return pooled("max_pool3d_with_indices", input, 3, attributes, 2)
    return pooled("max_pool3d", input, 3, attributes)


def max_pool2d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                            return_indices=True):  # fmt: skip
    attributes = {
        **window(2, kernel_size, stride, padding), "dilation": pair(dilation, "dilation"), "ceil_mode": bool(ceil_mode),
    }  # fmt: skip
    return pooled("max_pool2d_with_indices", input, 2, attributes, 2)


def max_pool3d_with_indices(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                            return_indices=True):  # fmt: skip
    return max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):  # fmt: skip
    attributes = {
        **window(3, kernel_size, stride, padding), "ceil_mode": bool(ceil_mode),
        "count_include_pad": bool(count_include_pad), "divisor_override": divisor_override,
    }  # fmt: skip
    return pooled("avg_pool3d", input, 3, attributes)


def adaptive_size(input, output_size, planes):
    sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * planes
    present = (None,) * planes + tuple(input._shape)
    return [there if size is None else size for size, there in zip(sizes, present[-planes:])]


def adaptive_avg_pool3d(input, output_size):
    return pooled("adaptive_avg_pool3d", input, 3, {"output_size": adaptive_size(input, output_size, 3)})


def adaptive_max_pool3d(input, output_size, return_indices=False):
    attributes = {"output_size": adaptive_size(input, output_size, 3)}
    if return_indices:
        return pooled("adaptive_max_pool3d_with_indices", input, 3, attributes, 2)
    return pooled("adaptive_max_pool3d", input, 3, attributes)


def adaptive_max_pool2d_with_indices(input, output_size, return_indices=True):
    attributes = {"output_size": adaptive_size(input, output_size, 2)}
    return pooled("adaptive_max_pool2d_with_indices", input, 2, attributes, 2)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    means = avg_pool3d(pointwise.pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    count = math.prod(pair(kernel_size, "kernel_size", 3))
    return pointwise.pow(pointwise.mul(means, count), 1.0 / norm_type)


def fractional(planes):
    name = f"fractional_max_pool{planes}d"

    def call(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        if output_size is None:
            ratios = output_ratio if isinstance(output_ratio, (tuple, list)) else (output_ratio,) * planes
            output_size = [int(size * ratio) for size, ratio in zip(input._shape[-planes:], ratios)]
        attributes = {
            "kernel_size": pair(kernel_size, "kernel_size", planes),
            "output_size": pair(output_size, "output_size", planes),
        }
        found = pooled(name, input, planes, attributes, 2)
        return found if return_indices else found[0]

    return call


fractional_max_pool2d, fractional_max_pool3d = fractional(2), fractional(3)


def unpooled_size(input, kernel, stride, padding, output_size, planes):
    usual = [(size - 1) * s + k - 2 * p for size, s, k, p in zip(input._shape[-planes:], stride, kernel, padding)]
    if output_size is None:
        return usual
    wanted = [int(size) for size in output_size][-planes:]
    for axis in range(planes):
        low, high = usual[axis] - stride[axis], usual[axis] + stride[axis]
        if not low < wanted[axis] < high:
            raise ValueError(f'invalid output_size "{tuple(wanted)}" (dim {axis} must be between {low} and {high})')
    return wanted


def unpool(planes):
    def call(input, indices, kernel_size, stride=None, padding=0, output_size=None):
        sides = window(planes, kernel_size, stride, padding)
        size = unpooled_size(input, sides["kernel_size"], sides["stride"], sides["padding"], output_size, planes)
        return apply(f"max_unpool{planes}d", [input, indices], {"output_size": size})

    return call


max_unpool2d, max_unpool3d = unpool(2), unpool(3)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    side = window(1, kernel_size, stride, padding)
    size = unpooled_size(input, side["kernel_size"], side["stride"], side["padding"], output_size, 1)
    rows = [shaping.unsqueeze(tensor, -2) for tensor in (input, indices)]
    return shaping.squeeze(apply("max_unpool2d", rows, {"output_size": [1, *size]}), -2)


def interpolate3d(input, sizes, mode, align_corners):
    if mode == "area":
        return adaptive_avg_pool3d(input, sizes)
    if mode not in ("nearest", "nearest-exact", "trilinear"):
        raise NotImplementedError(f"Got 5D input, but {mode} mode needs {'3D' if mode == 'linear' else '4D'} input")
    return apply("interpolate3d", [input], {"size": sizes, "mode": mode, "align_corners": bool(align_corners)})
