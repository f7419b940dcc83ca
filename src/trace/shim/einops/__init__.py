"""CNN Lab's stand-in for einops, for workspaces without it: composed of reshape, permute, expand and reductions."""
import math
import re
import string

import torch

from ._patterns import ELLIPSIS, Axis, EinopsError, axis_of, parse, solve, with_ellipsis

__version__ = "0.8.0+cnnlab"
REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")


def rearrange(tensor, pattern, **axes_lengths):
    return transform(tensor, pattern, "rearrange", axes_lengths)


def repeat(tensor, pattern, **axes_lengths):
    return transform(tensor, pattern, "repeat", axes_lengths)


def reduce(tensor, pattern, reduction, **axes_lengths):
    return transform(tensor, pattern, reduction, axes_lengths)


def transform(tensor, pattern, operation, given):
    if isinstance(tensor, (list, tuple)):
        if not tensor:
            raise TypeError("Rearrange/Reduce/Repeat can't be applied to an empty list")
        tensor = torch.stack(tuple(tensor))
    try:
        return transformed(tensor, pattern, operation, given)
    except EinopsError as error:
        what = operation if isinstance(operation, str) else "reduce"
        raise EinopsError(
            f'Error while processing {what} pattern "{pattern}". Input tensor shape: {list(tensor.shape)}. '
            f"Additional info: {given}. {error}"
        ) from None


def transformed(tensor, pattern, operation, given):
    left, right = parse(pattern, operation if operation in ("rearrange", "repeat") else "reduce")
    if isinstance(operation, str) and operation not in ("rearrange", "repeat", *REDUCTIONS):
        raise EinopsError(f"Unknown reduction {operation}. Expect one of {', '.join(REDUCTIONS)}.")
    names = {axis for group in (*left, *right) for axis in group}
    for name in given:
        if name not in names:
            raise EinopsError(f"Axis {name} is not used in transform.")
    extra = tensor.ndim - (len(left) - 1) if [ELLIPSIS] in left else 0
    if extra < 0 or [ELLIPSIS] not in left and tensor.ndim != len(left):
        wanted = f"at least {len(left) - 1}" if [ELLIPSIS] in left else len(left)
        raise EinopsError(f"Wrong shape: expected {wanted} dims. Received {tensor.ndim}-dim tensor.")
    left, right = with_ellipsis(left, extra), with_ellipsis(right, extra)
    lengths = solve(left, tensor.shape, given)
    kept = [axis for group in right for axis in group]
    axes = [axis for group in left for axis in group]
    tensor = reshaped(tensor, [lengths[axis] for axis in axes])
    dropped = [place for place, axis in enumerate(axes) if axis not in kept]
    if dropped:
        tensor = reduced(tensor, operation, dropped)
        axes = [axis for axis in axes if axis in kept]
    order = [axes.index(axis) for axis in kept if axis in axes]
    if order != sorted(order):
        tensor = tensor.permute(*order)
    added = [axis for axis in kept if axis not in axes]
    if added:
        for axis in added:
            if isinstance(axis, Axis):
                lengths[axis] = axis.length
            elif axis not in lengths:
                raise EinopsError(f"Specify sizes for new axes in repeat: {axis}.")
        tensor = tensor.reshape([1 if axis in added else lengths[axis] for axis in kept])
        tensor = tensor.expand([lengths[axis] for axis in kept])
    return reshaped(tensor, [math.prod(lengths[axis] for axis in group) for group in right])


def reshaped(tensor, shape):
    return tensor if list(tensor.shape) == shape else tensor.reshape(shape)


def reduced(tensor, operation, axes):
    if not isinstance(operation, str):
        return operation(tensor, tuple(axes))
    if operation == "mean" and not tensor.is_floating_point():
        raise NotImplementedError("reduce_mean is not available for non-floating tensors")
    if operation in ("prod", "any", "all"):
        for axis in sorted(axes, reverse=True):
            tensor = getattr(tensor, operation)(axis)
        return tensor
    return getattr(tensor, {"min": "amin", "max": "amax"}.get(operation, operation))(axes)


def parse_shape(x, pattern):
    names = pattern.split()
    if "..." in names:
        place = names.index("...")
        names[place : place + 1] = ["_"] * (x.ndim - len(names) + 1)
    if len(names) != x.ndim:
        raise RuntimeError(f"Can't parse shape with different number of dimensions: {pattern} {list(x.shape)}")
    return {name: size for name, size in zip(names, x.shape) if name != "_" and not name.isdecimal()}


def einsum(*tensors_and_pattern):
    """Names of several letters become torch.einsum's single ones."""
    *tensors, pattern = tensors_and_pattern
    letters = dict(zip(dict.fromkeys(re.findall(r"\w+", pattern)), string.ascii_letters))
    equation = re.sub(r"\w+", lambda name: letters[axis_of(name[0])], pattern)
    return torch.einsum(equation.replace(" ", ""), *tensors)


def pack(tensors, pattern):
    """One tensor in which each one's axes at `*` are flattened and joined; and their shapes there."""
    before, after = star(pattern)
    flat, shapes = [], []
    for tensor in tensors:
        end = tensor.ndim - after
        if end < before:
            raise EinopsError(f"packing a tensor of shape {list(tensor.shape)} with {pattern}: it has too few axes.")
        shapes.append(tensor.shape[before:end])
        flat.append(tensor.reshape([*tensor.shape[:before], -1, *tensor.shape[end:]]))
    return torch.cat(flat, dim=before), shapes


def unpack(tensor, packed_shapes, pattern):
    before, after = star(pattern)
    if tensor.ndim != before + after + 1:
        raise EinopsError(f"unpacking {pattern} needs {before + after + 1} axes, the tensor has {tensor.ndim}.")
    sizes = [-1 if -1 in tuple(shape) else math.prod(shape) for shape in packed_shapes]
    if -1 in sizes:
        sizes[sizes.index(-1)] = tensor.shape[before] - sum(size for size in sizes if size != -1)
    parts = tensor.split(sizes, dim=before)
    around = tensor.shape[:before], tensor.shape[before + 1 :]
    return [part.reshape([*around[0], *shape, *around[1]]) for part, shape in zip(parts, packed_shapes)]


def star(pattern):
    """How many axes stand before and after the `*`."""
    names = pattern.split()
    if names.count("*") != 1:
        raise EinopsError(f'pack and unpack need one * in their pattern, not "{pattern}".')
    return names.index("*"), len(names) - names.index("*") - 1


__all__ = ["rearrange", "reduce", "repeat", "einsum", "pack", "unpack", "parse_shape", "EinopsError"]
