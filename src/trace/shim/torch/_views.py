"""Views share elements: what is written through one name is read through every other.

A trace copies nothing. A tensor that is a view of another (a slice, a reshape, …) knows how it is read from its parent
(`redo`) and how its own change is put back into the parent (`undo`). Whoever reads a value asks `refresh` first, so that
ops for this appear on the tape only where a model observes a change.
"""
import weakref

from . import _constants, _recorder
from ._recorder import UnsupportedOp


class Storage:
    """Of a tensor that has views, and of these."""

    def __init__(self, root):
        self.root = root
        self.version = 0  # raised by each write
        self.base_version = 0  # up to which the root has got the writes
        self.writer = None  # the view whose write the root has not got yet
        self.known = []  # weak references to members of known values, which are kept right at once


class View:
    """`seen`: the version of the storage at which the tensor's value was right."""

    def __init__(self, parent, redo, undo, seen):
        self.parent, self.redo, self.undo, self.seen = parent, redo, undo, seen


def made_view(parent, result, redo, undo, strides):
    """Ties `result`, just made from `parent`, to it."""
    if result is parent:
        return result
    storage = parent._storage
    if storage is None:
        storage = parent._storage = Storage(parent)
    result._storage = storage
    result._view = View(parent, redo, undo, storage.version)
    result._strides = strides
    if parent._constant is not None:
        storage.known.append(weakref.ref(result))
    return result


def snapshot(tensor):
    """Its present value, tied to nothing."""
    from ._tensor import Tensor

    return Tensor(tensor._shape, tensor.dtype, tensor._constant, tensor._id)


def put(tensor, value):
    tensor._id, tensor._constant = value._id, value._constant


def refresh(tensor):
    """Brings a tensor of a storage up to date before it is read."""
    storage = tensor._storage
    if storage.writer is tensor:
        return
    if storage.writer is not None:
        settle(storage)
    view = tensor._view
    if tensor is storage.root or view.seen == storage.version:
        return
    refresh(view.parent)
    put(tensor, view.redo(snapshot(view.parent)))
    view.seen = storage.version


def settle(storage):
    """Puts the write of a view back into the root, step by step."""
    tensor, storage.writer = storage.writer, None
    value = snapshot(tensor)
    while tensor is not storage.root:
        parent = tensor._view.parent
        value = tensor._view.undo(before(storage, parent), value)
        if parent is not storage.root:
            put(parent, value)
            parent._view.seen = storage.version
        tensor = parent
    put(storage.root, value)
    storage.base_version = storage.version


def before(storage, tensor):
    """The value of a tensor without the write that is being put back."""
    if tensor is storage.root or tensor._view.seen == storage.base_version:
        return snapshot(tensor)
    return tensor._view.redo(before(storage, tensor._view.parent))


def write(tensor, value):
    """What an op in place does to a tensor, and thereby to all that share its elements."""
    storage = tensor._storage
    if storage is None:
        put(tensor, value)
        return
    if any(stride == 0 and size > 1 for stride, size in zip(tensor._strides or (), tensor._shape)):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
            "Please clone() the tensor before performing the operation."
        )
    if storage.writer is not None and storage.writer is not tensor:
        settle(storage)
    storage.version += 1
    put(tensor, value)
    if tensor is storage.root:
        storage.base_version, storage.writer = storage.version, None
    else:
        tensor._view.seen, storage.writer = storage.version, tensor
        note_lost_initial_value(storage.root)
    if storage.known:
        refresh_known(storage)


def note_lost_initial_value(root):
    if root._source is not None and _recorder.current().call is None and _recorder.current().constructing:
        _recorder.warn(
            "init-not-reproduced",
            "Changing a part of initial values is not followed: they differ from PyTorch's.",
            "Fill the whole parameter, or load initial weights saved by PyTorch.",
        )


def refresh_known(storage):
    refresh(storage.root)
    for reference in storage.known:
        member = reference()
        if member is not None and member._storage is storage:
            refresh(member)


def forgotten(tensor):
    """The same value in a tensor that shares nothing: what PyTorch copies."""
    from ._tensor import value_id

    result = snapshot(tensor)
    if result._constant is None:
        result._id = value_id(tensor)
    return result


def not_writable(what):
    def undo(parent, value):
        raise UnsupportedOp(f"writing into {what}")

    return undo


# Strides: None stands for those of a tensor in row order.
def strides_of(tensor):
    return list(tensor._strides) if tensor._strides is not None else _constants.row_strides(tensor._shape)


def is_contiguous(tensor):
    if tensor._strides is None:
        return True
    rows = _constants.row_strides(tensor._shape)
    return 0 in tensor._shape or all(
        size == 1 or stride == row for size, stride, row in zip(tensor._shape, tensor._strides, rows)
    )


def viewed_strides(tensor, shape):
    """Strides with which the same elements have another shape; None where no strides do."""
    if is_contiguous(tensor):
        return _constants.row_strides(shape)
    # Neighbouring axes that step alike are one run of elements: each run is cut anew.
    runs = []
    for size, stride in zip(tensor._shape, strides_of(tensor)):
        if size == 1:
            continue
        if runs and runs[-1][1] == size * stride:
            runs[-1] = [runs[-1][0] * size, stride]
        else:
            runs.append([size, stride])
    strides = [0] * len(shape)
    axis = len(shape) - 1
    for count, stride in reversed(runs):
        taken = 1
        while axis >= 0 and (taken < count or shape[axis] == 1):
            strides[axis] = stride * taken
            taken *= shape[axis]
            axis -= 1
        if taken != count:
            return None
    while axis >= 0:
        if shape[axis] != 1:
            return None
        strides[axis] = 1
        axis -= 1
    return strides
