"""How arguments name sizes: one number for every side or one a side; one image or a batch."""
from .. import _shaping as shaping
from .._tensor import Tensor


def pair(value, name="argument", size=2):
    """A number for every side, or one a side."""
    if isinstance(value, (tuple, list)):
        if len(value) == 1:
            value = tuple(value) * size
        if len(value) != size:
            raise RuntimeError(f"{name} must be a tuple of {size} ints, but got a tuple of {len(value)} ints")
        return [int(v) for v in value]
    return [value.__index__()] * size


def batched(input, planes, name):
    """PyTorch's convolutions take one unbatched image as well: it is given a batch of one."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
    if input.ndim == planes + 1:
        return shaping.unsqueeze(input, 0), True
    if input.ndim != planes + 2:
        raise RuntimeError(
            f"Expected {planes + 1}D (unbatched) or {planes + 2}D (batched) input to {name}, "
            f"but got input of size: {list(input._shape)}"
        )
    return input, False


def row(value, rest):
    return value if isinstance(value, str) else [rest, *pair(value, size=1)]


def number_list(value, count):
    return list(value) if isinstance(value, (tuple, list)) else [value] * count
