"""Tensors whose values are known: uniform ones of any size, others up to 4096 elements, folded as Python numbers."""
import itertools
import math

LIMIT = 4096


class Constant:
    __slots__ = ("fill", "values")

    def __init__(self, fill=None, values=None):
        self.fill = fill
        self.values = values

    def listed(self, count):
        return [self.fill] * count if self.values is None else self.values

    @property
    def is_uniform(self):
        return self.values is None


def uniform(value):
    return Constant(fill=value)


def listed(values):
    values = list(values)
    if values and all(value == values[0] for value in values):
        return Constant(fill=values[0])
    return Constant(values=values) if len(values) <= LIMIT else None


def broadcast_shapes(*shapes):
    rank = max(map(len, shapes), default=0)
    result = [1] * rank
    for shape in shapes:
        for axis in reversed(range(rank - len(shape), rank)):  # PyTorch names the last one that does not fit
            size = shape[axis - rank]
            if result[axis] == 1:
                result[axis] = size
            elif size not in (1, result[axis]):
                raise RuntimeError(
                    f"The size of tensor a ({result[axis]}) must match the size of tensor b ({size}) "
                    f"at non-singleton dimension {axis}"
                )
    return tuple(result)


def offsets(shape, strides, start=0):
    """Flat offsets of all elements in row order."""
    result = [start]
    for size, stride in zip(shape, strides):
        result = [base + i * stride for base in result for i in range(size)]
    return result


def row_strides(shape):
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return strides[::-1]


def expanded(constant, shape, target):
    """The values of `shape` broadcast to `target`."""
    if constant.is_uniform:
        return constant
    if math.prod(target) > LIMIT:
        return None
    padded = (1,) * (len(target) - len(shape)) + tuple(shape)
    strides = [0 if size == 1 else stride for size, stride in zip(padded, row_strides(padded))]
    return listed(constant.values[i] for i in offsets(target, strides))


def fold(function, operands, shape):
    """`function` over constants and numbers; None where values would be too many or Python cannot compute them.

    Operands are (Constant, shape) or numbers."""
    columns = []
    count = math.prod(shape)
    for operand in operands:
        if isinstance(operand, tuple):
            constant = expanded(*operand, shape)
            if constant is None:
                return None
            columns.append(constant)
        else:
            columns.append(Constant(fill=operand))
    try:
        if all(column.is_uniform for column in columns):
            return Constant(fill=function(*(column.fill for column in columns)))
        if count > LIMIT:
            return None
        return listed(itertools.starmap(function, zip(*(column.listed(count) for column in columns))))
    except (ArithmeticError, ValueError, TypeError):
        return None
