"""Functions that rearrange elements: all are reshape, permute, expand, slice, cat, flip or pad on the tape."""
import math

from . import _constants, _dtypes, _views
from ._recorder import UnsupportedOp
from ._tensor import Tensor, apply


def axis_of(dim, rank):
    """A dimension counted from 0. IndexError in PyTorch's words."""
    span = max(rank, 1)
    if not -span <= dim < span:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})"
        )
    return dim % span


def axes_of(dims, rank):
    if dims is None or dims == () or dims == []:
        return list(range(rank))
    if isinstance(dims, int):
        dims = [dims]
    axes = [axis_of(dim, rank) for dim in dims]
    if len(set(axes)) != len(axes):
        raise RuntimeError(f"dim {axes[0]} appears multiple times in the list of dims")
    return sorted(axes)


def sizes_of(sizes):
    """`f(2, 3)`, `f((2, 3))` and `f(torch.Size([2, 3]))` alike."""
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        sizes = sizes[0]
    for place, size in enumerate(sizes):
        if isinstance(size, float):
            raise TypeError(
                f"empty(): argument 'size' must be tuple of ints, but found element of type float at pos {place + 1}"
            )
    return [size.__index__() for size in sizes]


def rearranged(tensor, shape, op, attributes, offsets=None):
    """`offsets`: where each element of the result is found, needed for known values only."""
    constant = tensor._constant
    if constant is not None:
        if constant.is_uniform:
            return Tensor(shape, tensor.dtype, constant)
        if offsets is not None:
            return Tensor(shape, tensor.dtype, _constants.listed(constant.values[i] for i in offsets()))
    return apply(op, [tensor], attributes)


def reshape(input, *shape, **named):
    shape = sizes_of(shape or (named["shape"] if "shape" in named else named["size"],))
    total = input.numel()
    invalid = RuntimeError(f"shape '{shape}' is invalid for input of size {total}")
    if any(size < -1 for size in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)}")
    if shape.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in shape:
        rest = math.prod(size for size in shape if size != -1)
        if rest == 0 or total % rest:
            raise invalid
        shape[shape.index(-1)] = total // rest
    if math.prod(shape) != total:
        raise invalid
    result = reshaped(input, shape)
    strides = _views.viewed_strides(input, shape)
    if strides is None:
        return result
    return _views.made_view(
        input, result, lambda parent: reshaped(parent, shape), lambda parent, value: reshaped(value, list(parent._shape)),
        strides,
    )  # fmt: skip


def reshaped(input, shape):
    return rearranged(input, shape, "reshape", {"shape": shape}, lambda: range(input.numel()))


def view(input, *shape, **named):
    if len(shape) == 1 and isinstance(shape[0], _dtypes.dtype):
        raise UnsupportedOp("Tensor.view(dtype)")
    result = reshape(input, *shape, **named)
    if result._view is None and result is not input:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return result


def view_as(input, other):
    return view(input, *other._shape)


def flatten(input, start_dim=0, end_dim=-1):
    rank = len(input._shape)
    if rank == 0:
        return reshape(input, 1)
    start, end = axis_of(start_dim, rank), axis_of(end_dim, rank)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = input._shape
    return reshape(input, *shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def ravel(input):
    return reshape(input, -1)


def unflatten(input, dim, sizes):
    axis = axis_of(dim, len(input._shape))
    sizes = list(sizes)
    if -1 in sizes:
        rest = -math.prod(sizes)
        sizes[sizes.index(-1)] = input._shape[axis] // rest if rest else 0
    if math.prod(sizes) != input._shape[axis]:
        raise RuntimeError(
            f"unflatten: Provided sizes {sizes} don't multiply up to the size of dim {axis} "
            f"({input._shape[axis]}) in the input tensor"
        )
    return reshape(input, *input._shape[:axis], *sizes, *input._shape[axis + 1 :])


def squeeze(input, dim=None):
    rank = len(input._shape)
    axes = range(rank) if dim is None else axes_of(dim, rank)
    shape = [size for axis, size in enumerate(input._shape) if not (axis in axes and size == 1)]
    return reshape(input, shape)


def unsqueeze(input, dim):
    axis = axis_of(dim, len(input._shape) + 1)
    return reshape(input, [*input._shape[:axis], 1, *input._shape[axis:]])


def permute(input, *dims, **named):
    dims = sizes_of(dims or (named["dims"],))
    rank = len(input._shape)
    if len(dims) != rank:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
            f"desired ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {len(dims)}"
        )
    axes = [axis_of(dim, rank) for dim in dims]
    if len(set(axes)) != rank:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    back = sorted(range(rank), key=axes.__getitem__)
    strides = _views.strides_of(input)
    return _views.made_view(
        input, permuted(input, axes), lambda parent: permuted(parent, axes), lambda parent, value: permuted(value, back),
        [strides[axis] for axis in axes],
    )  # fmt: skip


def permuted(input, axes):
    shape = [input._shape[axis] for axis in axes]
    strides = _constants.row_strides(input._shape)
    return rearranged(
        input, shape, "permute", {"dims": axes},
        lambda: _constants.offsets(shape, [strides[axis] for axis in axes]),
    )  # fmt: skip


def transpose(input, dim0, dim1):
    rank = len(input._shape)
    axes = list(range(rank))
    first, second = axis_of(dim0, rank), axis_of(dim1, rank)
    axes[first], axes[second] = axes[second], axes[first]
    return permute(input, axes)


def t(input):
    if len(input._shape) > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {len(input._shape)}D")
    return transpose(input, 0, 1) if len(input._shape) == 2 else input


def movedim(input, source, destination):
    rank = len(input._shape)
    sources = [axis_of(d, rank) for d in ([source] if isinstance(source, int) else source)]
    targets = [axis_of(d, rank) for d in ([destination] if isinstance(destination, int) else destination)]
    axes = [axis for axis in range(rank) if axis not in sources]
    for target, axis in sorted(zip(targets, sources)):
        axes.insert(target, axis)
    return permute(input, axes)


def expand(input, *sizes, **named):
    sizes = sizes_of(sizes or (named["size"],))
    shape = input._shape
    added = len(sizes) - len(shape)
    if added < 0:
        raise RuntimeError(
            f"expand({spoken_type(input)}, size={sizes}): the number of sizes provided ({len(sizes)}) must be "
            f"greater or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    target = []
    for axis, size in enumerate(sizes):
        present = shape[axis - added] if axis >= added else 1
        if size == -1 and axis >= added:
            size = present
        elif present not in (1, size) or size < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) must match the existing size ({present}) at "
                f"non-singleton dimension {axis}.  Target sizes: {sizes}.  Tensor sizes: {list(shape)}"
            )
        target.append(size)
    if target == list(shape):
        strides = _views.strides_of(input)
    else:
        given = [0] * added + _views.strides_of(input)
        wide = (1,) * added + tuple(shape)
        strides = [stride if old == new else 0 for stride, old, new in zip(given, wide, target)]
    return _views.made_view(
        input, expanded(input, target), lambda parent: expanded(parent, target),
        _views.not_writable("an expanded tensor"), strides,
    )  # fmt: skip


def expanded(input, target):
    shape = input._shape
    if input._constant is not None:
        constant = _constants.expanded(input._constant, shape, target)
        if constant is not None:
            return Tensor(target, input.dtype, constant)
    return apply("expand", [input], {"shape": target})


def spoken_type(tensor):
    return f"torch.FloatTensor{{{list(tensor._shape)}}}"


def expand_as(input, other):
    return expand(input, *other._shape)


def broadcast_to(input, size):
    return expand(input, *size)


def repeat(input, *repeats, **named):
    repeats = sizes_of(repeats or (named["repeats"],))
    if len(repeats) < len(input._shape):
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    shape = (1,) * (len(repeats) - len(input._shape)) + tuple(input._shape)
    spread, wide = [], []
    for times, size in zip(repeats, shape):
        spread += [1, size]
        wide += [times, size]
    wider = expanded(reshaped(input, spread), wide)
    return reshaped(wider, [times * size for times, size in zip(repeats, shape)])


def tile(input, *dims):
    dims = sizes_of(dims)
    return repeat(input, [1] * (len(input._shape) - len(dims)) + dims)


def repeat_interleave(input, repeats, dim=None):
    if isinstance(repeats, Tensor):
        repeats = int(repeats)
    if dim is None:
        input, dim = flatten(input), 0
    axis = axis_of(dim, len(input._shape))
    shape = list(input._shape)
    wide = expanded(reshaped(input, [*shape[: axis + 1], 1, *shape[axis + 1 :]]),
                    [*shape[: axis + 1], repeats, *shape[axis + 1 :]])  # fmt: skip
    return reshaped(wide, [*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :]])


def cat(tensors, dim=0, *, axis=None, out=None):
    tensors = list(tensors)
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    for number, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"expected Tensor as element {number} in argument 0, but got {type(tensor).__name__}")
    kind = _dtypes.result_type(tensors)
    tensors = [t for t in tensors if t._shape != (0,)] or tensors[:1]
    rank = len(tensors[0]._shape)
    dim = axis_of(dim if axis is None else axis, rank)
    if all(tensor._constant is not None for tensor in tensors):
        joined = joined_constants(tensors, dim)
        if joined is not None:
            return Tensor(joined[0], kind, joined[1])
    from ._pointwise import to_dtype

    return apply("cat", [to_dtype(tensor, kind) for tensor in tensors], {"dim": dim})


def joined_constants(tensors, axis):
    """Shape and values of known tensors side by side; None where that is too much, or refused."""
    first = tensors[0]._shape
    if any(t._shape[:axis] + t._shape[axis + 1 :] != first[:axis] + first[axis + 1 :] for t in tensors):
        return None
    shape = [*first[:axis], sum(t._shape[axis] for t in tensors), *first[axis + 1 :]]
    if math.prod(shape) > _constants.LIMIT:
        return None
    runs = [(t._constant.listed(t.numel()), math.prod(t._shape[axis:])) for t in tensors]
    values = []
    for row in range(math.prod(first[:axis])):
        for numbers, length in runs:
            values += numbers[row * length : (row + 1) * length]
    return shape, _constants.listed(values)


def stack(tensors, dim=0, *, out=None):
    tensors = list(tensors)
    for number, tensor in enumerate(tensors):
        if tensor._shape != tensors[0]._shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0]._shape)} at entry 0 "
                f"and {list(tensor._shape)} at entry {number}"
            )
    axis = axis_of(dim, len(tensors[0]._shape) + 1)
    if axis == 0 and all(tensor._constant is not None for tensor in tensors):
        return reshape(cat([flatten(t) for t in tensors]), [len(tensors), *tensors[0]._shape])
    return cat([unsqueeze(tensor, axis) for tensor in tensors], axis)


def sliced(input, axis, start, end, step=1):
    """`start` and `end` are within the dimension."""
    if (start, end, step) == (0, input._shape[axis], 1):
        return input
    strides = _views.strides_of(input)
    strides[axis] *= step
    return _views.made_view(
        input, cut(input, axis, start, end, step), lambda parent: cut(parent, axis, start, end, step),
        lambda parent, value: filled_in(parent, value, axis, start, end, step), strides,
    )  # fmt: skip


def filled_in(input, value, axis, start, end, step):
    """`input` with `value` in the place of a slice of it."""
    size = input._shape[axis]
    if step == 1:
        before = [cut(input, axis, 0, start, 1)] if start else []
        after = [cut(input, axis, end, size, 1)] if end < size else []
        return cat([*before, value, *after], axis) if before or after else value
    from ._pointwise import gt, where

    mask = gt(spread(Tensor(value._shape, _dtypes.float32, _constants.uniform(1.0)), axis, start, step, size), 0)
    return where(mask, spread(value, axis, start, step, size), input)


def spread(value, axis, start, step, size):
    """The elements `step` apart from `start` on, among zeros: each gets step − 1 zeros behind, and all are cut to size."""
    shape = list(value._shape)
    wide = reshaped(value, [*shape[: axis + 1], 1, *shape[axis + 1 :]])
    behind = [0, 0] * (len(shape) - 1 - axis)
    wide = apply("pad", [wide], {"pad": [*behind, 0, step - 1], "value": 0})
    flat = reshaped(wide, [*shape[:axis], shape[axis] * step, *shape[axis + 1 :]])
    return apply("pad", [flat], {"pad": [*behind, start, size - start - shape[axis] * step], "value": 0})


def cut(input, axis, start, end, step):
    count = max(0, -(-(end - start) // step))
    shape = [*input._shape[:axis], count, *input._shape[axis + 1 :]]
    strides = _constants.row_strides(input._shape)

    def offsets():
        steps = [stride * (step if i == axis else 1) for i, stride in enumerate(strides)]
        return _constants.offsets(shape, steps, start * strides[axis])

    return rearranged(
        input, shape, "slice", {"dim": axis, "start": start, "end": max(start, end), "step": step}, offsets
    )


def narrow(input, dim, start, length):
    axis = axis_of(dim, len(input._shape))
    size = input._shape[axis]
    start = start + size if start < 0 else start
    if start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    return sliced(input, axis, start, start + length)


def select(input, dim, index):
    axis = axis_of(dim, len(input._shape))
    size = input._shape[axis]
    if not -size <= index < size:
        raise IndexError(f"index {index} is out of bounds for dimension {axis} with size {size}")
    index %= size
    return reshape(
        sliced(input, axis, index, index + 1), [*input._shape[:axis], *input._shape[axis + 1 :]]
    )


def unbind(input, dim=0):
    axis = axis_of(dim, len(input._shape))
    return tuple(select(input, axis, index) for index in range(input._shape[axis]))


def split(tensor, split_size_or_sections, dim=0):
    axis = axis_of(dim, len(tensor._shape))
    size = tensor._shape[axis]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step <= 0:
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={step}")
        sections = [min(step, size - start) for start in range(0, size, step)]
    else:
        sections = list(split_size_or_sections)
        if sum(sections) != size:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at "
                f"dimension {axis}), but got split_sizes={sections}"
            )
    pieces, start = [], 0
    for length in sections:
        pieces.append(sliced(tensor, axis, start, start + length))
        start += length
    return tuple(pieces)


def chunk(input, chunks, dim=0):
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return split(input, max(1, -(-input._shape[axis_of(dim, len(input._shape))] // chunks)), dim)


def flip(input, *dims, **named):
    axes = axes_of(sizes_of(dims or (named["dims"],)), len(input._shape))
    return rearranged(input, list(input._shape), "flip", {"dims": axes})


def roll(input, shifts, dims=None):
    if dims is None:
        return reshaped(roll(flatten(input), shifts, 0), list(input._shape))
    if isinstance(shifts, int):
        shifts, dims = [shifts], [dims]
    for shift, dim in zip(shifts, dims):
        axis = axis_of(dim, len(input._shape))
        size = input._shape[axis]
        at = (size - shift) % size if size else 0
        if at:
            input = cat([sliced(input, axis, at, size), sliced(input, axis, 0, at)], axis)
    return _views.forgotten(input)


def meshgrid(*tensors, indexing="ij"):
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    shape = [tensor.numel() for tensor in tensors]
    grids = []
    for axis, tensor in enumerate(tensors):
        spread = [1] * len(shape)
        spread[axis] = shape[axis]
        grid = expand(reshape(tensor, spread), shape)
        grids.append(transpose(grid, 0, 1) if indexing == "xy" and len(shape) > 1 else grid)
    return tuple(grids)


def triangle(keep):
    def call(input, diagonal=0):
        from ._pointwise import sub, where

        if max(input._shape[-2:]) > _constants.LIMIT:
            raise UnsupportedOp("torch.tril", "torch.tril and torch.triu are supported up to 4096 rows or columns.")
        rows, columns = (
            Tensor((size,), _dtypes.int64, _constants.listed(range(size))) for size in input._shape[-2:]
        )
        # Known while small; else two lines of numbers that are compared in the graph.
        mask = keep(sub(unsqueeze(columns, 0), unsqueeze(rows, 1)), diagonal)
        return where(mask, input, Tensor((), input.dtype, _constants.uniform(0)))

    return call


tril = triangle(lambda offset, diagonal: offset <= diagonal)
triu = triangle(lambda offset, diagonal: offset >= diagonal)
