"""`x[…]`: integers, slices, None and Ellipsis are views; index tensors pick copies, by slices where they are known."""
import math

from . import _constants, _dtypes, _views
from ._creation import tensor as tensor_of
from ._picking import index_select
from ._pointwise import to_dtype, where
from ._recorder import UnsupportedOp, ValueDependent
from ._shaping import expand, reshape, select, sliced, stack, unsqueeze
from ._tensor import Tensor, apply
from ._views import forgotten


def marked(mask):
    """A mask of known values as the positions it marks, one index tensor a dimension."""
    if mask._constant is None:
        error = ValueDependent("Boolean mask indexing", mask._shape)
        error.hint = "How many elements it picks depends on numbers: torch.where or torch.masked_fill keeps the shape known."
        raise error
    places = [place for place, mark in enumerate(mask._constant.listed(mask.numel())) if mark]
    for stride, size in zip(_constants.row_strides(mask._shape), mask._shape):
        yield Tensor((len(places),), _dtypes.int64, _constants.listed(place // stride % size for place in places))


def listed(numbers):
    """A list of integers, of marks, or of lists of these."""
    if any(isinstance(number, (list, tuple)) for number in numbers):
        return tensor_of(numbers)
    if numbers and all(isinstance(number, bool) for number in numbers):
        numbers = [place for place, mark in enumerate(numbers) if mark]
    if any(isinstance(number, Tensor) and number._constant is None for number in numbers):
        return stack([tensor_of(n) if not isinstance(n, Tensor) else n for n in numbers])
    return Tensor((len(numbers),), _dtypes.int64, _constants.Constant(values=[int(number) for number in numbers]))


def normalized(tensor, index):
    """The index as one entry for each dimension, None standing for new ones."""
    index = list(index) if isinstance(index, tuple) else [index]
    entries = []
    for entry in index:
        if isinstance(entry, Tensor) and entry._shape == () and entry.dtype.category == 1 and entry._constant is not None:
            entry = int(entry)
        if isinstance(entry, Tensor) and entry.dtype in (_dtypes.bool_, _dtypes.uint8):
            entries.extend(marked(entry))
            continue
        if isinstance(entry, bool):
            raise UnsupportedOp("indexing with True or False")
        if isinstance(entry, (range, list)):
            entry = listed(list(entry))
        entries.append(entry)
    taken = sum(entry is not None and entry is not Ellipsis for entry in entries)
    rank = len(tensor._shape)
    if taken > rank:
        raise IndexError(f"too many indices for tensor of dimension {rank}")
    dots = [i for i, entry in enumerate(entries) if entry is Ellipsis]
    if len(dots) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    place = dots[0] if dots else len(entries)
    entries[place : place + len(dots)] = [slice(None)] * (rank - taken)
    return entries


def get_item(tensor, index):
    result, indices = viewed(tensor, index)
    places = [place for place, entry in enumerate(indices) if entry is not None]
    if not places:
        return result
    if len(places) == 1 and indices[places[0]]._constant is not None:
        return gather_axis(result, places[0], indices[places[0]])
    return apply("index", [result, *indices])


def viewed(tensor, index):
    """What slices, integers and None make of the tensor, and the index tensors for the dimensions of that."""
    entries = normalized(tensor, index)
    result, indices = tensor, []
    for entry in entries:
        axis = len(indices)
        if entry is None:
            result = unsqueeze(result, axis)
            indices.append(None)
        elif isinstance(entry, slice):
            result = slice_axis(result, axis, entry)
            indices.append(None)
        elif isinstance(entry, Tensor):
            indices.append(entry)
        elif hasattr(entry, "__index__"):
            result = select(result, axis, entry.__index__())
        else:
            raise TypeError(
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                f"(got {type(entry).__name__})"
            )
    return result, indices


def slice_axis(tensor, axis, entry):
    if entry.step is not None and entry.step <= 0:
        raise ValueError("step must be greater than zero")
    bounds = slice(*(None if b is None else b.__index__() for b in (entry.start, entry.stop, entry.step)))
    start, end, step = bounds.indices(tensor._shape[axis])
    return sliced(tensor, axis, start, max(start, end), step)


def gather_axis(tensor, axis, entry):
    size = tensor._shape[axis]
    places = entry._constant.listed(entry.numel())
    for place in places:
        if not -size <= place < size:
            # PyTorch counts the dimensions that are indexed by tensors.
            raise IndexError(f"index {place} is out of bounds for dimension 0 with size {size}")
    counted = Tensor((len(places),), _dtypes.int64, _constants.Constant(values=[place % size for place in places]))
    flat = index_select(tensor, axis, counted)
    return forgotten(reshape(flat, [*tensor._shape[:axis], *entry._shape, *tensor._shape[axis + 1 :]]))


def set_item(tensor, index, value):
    """`x[…] = value`, in place: every view of `x`, and what `x` is a view of, holds it too."""
    if fills_known_table(tensor, index, value):
        return
    if not isinstance(value, Tensor):
        value = tensor_of(value) if isinstance(value, (list, tuple)) else Tensor((), tensor.dtype, _constants.uniform(value))
    mask = index[0] if isinstance(index, tuple) and len(index) == 1 else index
    if isinstance(mask, Tensor) and mask.dtype is _dtypes.bool_ and mask._constant is None:
        if value.numel() != 1:
            marked_values = ValueDependent("Assigning several values to a boolean mask", mask._shape)
            marked_values.hint = "How many there must be depends on numbers: torch.where takes them by position."
            raise marked_values
        spread = mask if mask.ndim == tensor.ndim else reshape(mask, [*mask._shape, *([1] * (tensor.ndim - mask.ndim))])
        tensor._become(to_dtype(where(spread, value if value.ndim == 0 else reshape(value, []), tensor), tensor.dtype))
        return
    part, indices = viewed(tensor, index)
    value = to_dtype(value, tensor.dtype)
    if any(entry is not None for entry in indices):
        part._become(apply("index_put", [part, value, *indices], {"accumulate": False}))
        return
    part._become(expand(without_leading_ones(value, part.ndim), part._shape))


def without_leading_ones(value, rank):
    while value.ndim > rank and value._shape[0] == 1:
        value = reshape(value, value._shape[1:])
    return value


def fills_known_table(tensor, index, value):
    """Tables that constructors fill keep known values. False where some value is unknown or there are too many."""
    known = not isinstance(value, Tensor) or value._constant is not None
    if tensor._constant is None or not known or isinstance(value, (list, tuple)):
        return False
    if tensor.numel() > _constants.LIMIT:
        return False
    positions = Tensor(tensor._shape, _dtypes.int64, _constants.Constant(values=list(range(tensor.numel()))))
    if isinstance(index, Tensor) and index.dtype is _dtypes.bool_ and index._shape == tensor._shape:
        if index._constant is None:
            return False
        marks = index._constant.listed(index.numel())
        targets, shape = [i for i, mark in enumerate(marks) if mark], (sum(map(bool, marks)),)
    else:
        part, indices = viewed(positions, index)
        if any(entry is not None and entry._constant is None for entry in indices):
            return False
        chosen = get_item(positions, index)
        if chosen._constant is None:
            return False
        targets, shape = chosen._constant.listed(chosen.numel()), chosen._shape
    if isinstance(value, Tensor):
        value = without_leading_ones(value, len(shape))
        new_values = _constants.expanded(value._constant, value._shape, shape).listed(math.prod(shape))
    else:
        new_values = [value] * len(targets)
    values = list(tensor._constant.listed(tensor.numel()))
    for target, new in zip(targets, new_values):
        values[target] = float(new) if tensor.dtype.is_floating_point else new
    _views.write(tensor, Tensor(tensor._shape, tensor.dtype, _constants.listed(values)))
    return True
