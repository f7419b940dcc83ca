"""Sampling at computed places, and the folding of columns back into images."""
import math

from .. import _constants, _dtypes
from .. import _linear_algebra as linear_algebra
from .. import _shaping as shaping
from .._creation import linspace
from .._tensor import Tensor, apply
from ._convolution import conv_transpose2d
from ._sizes import pair


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    for name, value, known in (("mode", mode, ("bilinear", "nearest", "bicubic")),
                               ("padding_mode", padding_mode, ("zeros", "border", "reflection"))):  # fmt: skip
        if value not in known:
            comma = "" if name == "mode" else ","
            raise ValueError(
                f"nn.functional.grid_sample(): expected {name} to be '{known[0]}', '{known[1]}'{comma} or '{known[2]}', "
                f"but got: '{value}'"
            )
    attributes = {"mode": mode, "padding_mode": padding_mode, "align_corners": bool(align_corners)}
    return apply("grid_sample", [input, grid], attributes)


def affine_grid(theta, size, align_corners=None):
    """Each place's coordinates in [-1, 1] with a one behind, times the matrices."""
    planes = len(size) - 2
    if not theta.dtype.is_floating_point:
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    rows = {2: "2D", 3: "3D"}.get(planes)
    if rows is None:
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {tuple(size)}."
        )
    if theta.ndim != 3 or theta._shape[1:] != (planes, planes + 1):
        raise ValueError(
            f"Expected a batch of {rows} affine matrices of shape Nx{planes}x{planes + 1} for size {tuple(size)}. "
            f"Got {theta._shape}."
        )
    lengths = [int(length) for length in size[2:]]
    axes = []
    for length in lengths:
        edge = 1.0 if align_corners else 1.0 - 1.0 / length
        axes.append(linspace(-edge, edge, length) if length > 1 else Tensor((1,), theta.dtype, _constants.uniform(0.0)))
    grids = [*reversed(shaping.meshgrid(*axes)), Tensor(lengths, theta.dtype, _constants.uniform(1.0))]
    places = shaping.reshape(shaping.stack([shaping.expand(grid, lengths) for grid in grids], -1), [-1, planes + 1])
    flat = linear_algebra.matmul(places, shaping.transpose(theta, 1, 2))
    return shaping.reshape(flat, [theta._shape[0], *lengths, planes])


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """col2im: overlapping blocks are summed, as a transposed convolution does whose kernels have a single one each."""
    size, kernel = pair(output_size, "output_size"), pair(kernel_size, "kernel_size")
    dilation, padding, stride = pair(dilation, "dilation"), pair(padding, "padding"), pair(stride, "stride")
    if input.ndim not in (2, 3):
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
            f"input, but got: {list(input._shape)}"
        )
    lone = input.ndim == 2
    if lone:
        input = shaping.unsqueeze(input, 0)
    n, rows, columns = input._shape
    area = math.prod(kernel)
    if rows % area:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={rows} and kernel_size=({kernel[0]}, {kernel[1]})."
        )
    counts = [(s + 2 * p - d * (k - 1) - 1) // t + 1 for s, p, d, k, t in zip(size, padding, dilation, kernel, stride)]
    if math.prod(counts) != columns:
        spoken = ", ".join(
            f"{name}=({a}, {b})" for name, (a, b) in {
                "output_size": size, "kernel_size": kernel, "dilation": dilation, "padding": padding, "stride": stride,
            }.items()
        )  # fmt: skip
        raise RuntimeError(
            f"Given {spoken}, expected size of input's dimension 2 to match the calculated number of sliding blocks "
            f"{counts[0]} * {counts[1]} = {math.prod(counts)}, but got input.size(2)={columns}."
        )
    channels = rows // area
    numbers = [1.0 if place == row else 0.0 for row in range(area) for place in range(area)]
    ones = Tensor((1, area, 1, *kernel), _dtypes.float32, _constants.listed(numbers))
    weight = shaping.reshape(shaping.expand(ones, channels, area, 1, *kernel), [rows, 1, *kernel])
    blocks = shaping.reshape(input, [n, rows, *counts])
    least = [(c - 1) * t - 2 * p + d * (k - 1) + 1 for c, t, p, d, k in zip(counts, stride, padding, dilation, kernel)]
    extra = [s - low for s, low in zip(size, least)]
    result = conv_transpose2d(blocks, weight, None, stride, padding, extra, channels, dilation)
    return shaping.squeeze(result, 0) if lone else result
