"""`x[…]`: integers, slices, None and Ellipsis become slices and reshapes; known index tensors become cat."""
import math

from . import _constants, _dtypes
from ._recorder import UnsupportedOp
from ._shaping import index_select, reshape, select, sliced
from ._tensor import Tensor


def normalized(tensor, index):
    """The index as one entry for each dimension, None standing for new ones."""
    index = list(index) if isinstance(index, tuple) else [index]
    entries = []
    for entry in index:
        if isinstance(entry, Tensor) and entry._shape == () and entry.dtype.category == 1:
            entry = int(entry)
        if isinstance(entry, bool) or (isinstance(entry, Tensor) and entry.dtype is _dtypes.bool_):
            raise UnsupportedOp("boolean mask indexing", hint="torch.where or torch.masked_fill keeps the shape known.")
        if isinstance(entry, range):
            entry = list(entry)
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
    result = tensor
    axis = 0
    tensor_indices = 0
    for entry in normalized(tensor, index):
        if entry is None:
            shape = result._shape
            result = reshape(result, [*shape[:axis], 1, *shape[axis:]])
            axis += 1
        elif isinstance(entry, slice):
            result = slice_axis(result, axis, entry)
            axis += 1
        elif isinstance(entry, (list, Tensor)):
            tensor_indices += 1
            if tensor_indices > 1:
                raise UnsupportedOp("indexing with several tensors")
            result, added = gather_axis(result, axis, entry)
            axis += added
        elif hasattr(entry, "__index__"):
            result = select(result, axis, entry.__index__())
        else:
            raise TypeError(
                "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
                f"(got {type(entry).__name__})"
            )
    return result


def slice_axis(tensor, axis, entry):
    if entry.step is not None and entry.step <= 0:
        raise ValueError("step must be greater than zero")
    bounds = slice(*(None if b is None else b.__index__() for b in (entry.start, entry.stop, entry.step)))
    start, end, step = bounds.indices(tensor._shape[axis])
    return sliced(tensor, axis, start, max(start, end), step)


def gather_axis(tensor, axis, entry):
    if isinstance(entry, list):
        entry = Tensor((len(entry),), _dtypes.int64, _constants.Constant(values=[int(i) for i in entry]))
    if entry._constant is None:
        raise UnsupportedOp(
            "indexing with a computed tensor", hint="Integers, slices and constant index tensors are supported."
        )
    flat = index_select(tensor, axis, entry)
    shape = [*tensor._shape[:axis], *entry._shape, *tensor._shape[axis + 1 :]]
    return reshape(flat, shape), len(entry._shape)


def set_item(tensor, index, value):
    """In place, for tensors of known values (tables that constructors fill); no op for it on the tape."""
    positions = Tensor(
        tensor._shape, _dtypes.int64, _constants.Constant(values=list(range(tensor.numel())))
    ) if tensor._constant is not None and tensor.numel() <= _constants.LIMIT else None
    known = not isinstance(value, Tensor) or value._constant is not None
    if positions is None or not known:
        raise UnsupportedOp(
            "Tensor.__setitem__",
            "Assigning to a part of a tensor is not supported by CNN Lab yet.",
            "Build the tensor with torch.cat, torch.stack or torch.where instead.",
        )
    if isinstance(index, Tensor) and index.dtype is _dtypes.bool_:
        marks = index._known("Boolean mask indexing")
        targets, shape = [i for i, mark in enumerate(marks) if mark], (sum(map(bool, marks)),)
    else:
        chosen = get_item(positions, index)
        targets, shape = chosen._constant.listed(chosen.numel()), chosen._shape
    if isinstance(value, Tensor):
        new_values = _constants.expanded(value._constant, value._shape, shape).listed(math.prod(shape))
    else:
        new_values = [value] * len(targets)
    values = list(tensor._constant.listed(tensor.numel()))
    for target, new in zip(targets, new_values):
        values[target] = float(new) if tensor.dtype.is_floating_point else new
    tensor._constant = _constants.listed(values)
    tensor._id = None
