"""Reductions, and what is made of them."""
import collections
import itertools
import math
import operator
from builtins import max as builtin_max
from builtins import min as builtin_min
from builtins import sum as builtin_sum

from . import _constants, _dtypes
from . import _pointwise as pointwise
from ._shaping import axes_of, axis_of, cat, sliced, squeeze
from ._tensor import Tensor, apply

Extremes = collections.namedtuple("return_types", "values indices")


def reduce(op, function, input, dim, keepdim, kind=None):
    rank = len(input._shape)
    axes = axes_of(dim, rank)
    if kind is not None:
        input = pointwise.to_dtype(input, kind)
    if input._constant is not None and len(axes) == rank and input.numel() > 0:
        values = input._constant.listed(input.numel()) if input.numel() <= _constants.LIMIT else None
        if values is not None:
            shape = (1,) * rank if keepdim else ()
            return Tensor(shape, input.dtype, _constants.uniform(function(values)))
    return apply(op, [input], {"dim": axes, "keepdim": bool(keepdim)})


def sum(input, dim=None, keepdim=False, *, dtype=None, axis=None):
    kind = dtype or (input.dtype if input.dtype.category == 2 else _dtypes.int64)
    return reduce("sum", math.fsum if kind.category == 2 else builtin_sum, input, first(dim, axis), keepdim, kind)


def first(dim, axis):
    return axis if dim is None else dim


def mean(input, dim=None, keepdim=False, *, dtype=None, axis=None):
    kind = dtype or input.dtype
    if kind.category != 2:
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {pointwise_name(kind)}"
        )
    return reduce("mean", lambda v: math.fsum(v) / len(v), input, first(dim, axis), keepdim, kind)


def pointwise_name(kind):
    from ._tensor import spoken

    return spoken(kind)


def amax(input, dim=(), keepdim=False):
    return reduce("amax", builtin_max, input, dim, keepdim)


def amin(input, dim=(), keepdim=False):
    return reduce("amin", builtin_min, input, dim, keepdim)


def argmax(input, dim=None, keepdim=False):
    if dim is None:
        input, dim = input.reshape(-1), 0
    return apply("argmax", [input], {"dim": axis_of(dim, len(input._shape)), "keepdim": bool(keepdim)})


def argmin(input, dim=None, keepdim=False):
    return argmax(pointwise.neg(input), dim, keepdim)


def max(input, dim=None, keepdim=False, *, other=None):
    if isinstance(dim, Tensor) or other is not None:
        return pointwise.maximum(input, dim if other is None else other)
    if dim is None:
        return amax(input)
    return Extremes(amax(input, dim, keepdim), argmax(input, dim, keepdim))


def min(input, dim=None, keepdim=False, *, other=None):
    if isinstance(dim, Tensor) or other is not None:
        return pointwise.minimum(input, dim if other is None else other)
    if dim is None:
        return amin(input)
    return Extremes(amin(input, dim, keepdim), argmin(input, dim, keepdim))


def var(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    axes = axes_of(dim, len(input._shape))
    count = math.prod(input._shape[axis] for axis in axes)
    correction = (1 if unbiased else 0) if correction is None else correction
    centered = pointwise.sub(input, mean(input, axes, True))
    total = sum(pointwise.square(centered), axes, keepdim)
    return pointwise.div(total, builtin_max(count - correction, 0) or 1e-45)


def std(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    return pointwise.sqrt(var(input, dim, unbiased, keepdim, correction=correction))


def var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    if p in ("fro", 2, 2.0, None):
        return pointwise.sqrt(sum(pointwise.square(input), dim, keepdim))
    if p == 1:
        return sum(pointwise.abs(input), dim, keepdim)
    if p == math.inf:
        return amax(pointwise.abs(input), () if dim is None else dim, keepdim)
    return pointwise.pow(sum(pointwise.pow(pointwise.abs(input), p), dim, keepdim), 1 / p)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None):
    return norm(x, ord, dim, keepdim, dtype)


def logsumexp(input, dim, keepdim=False):
    largest = amax(input, dim, True)
    result = pointwise.add(pointwise.log(sum(pointwise.exp(pointwise.sub(input, largest)), dim, True)), largest)
    return result if keepdim else squeeze(result, dim)


def all(input, dim=None, keepdim=False):
    return truth("all", amin, input, dim, keepdim)


def any(input, dim=None, keepdim=False):
    return truth("any", amax, input, dim, keepdim)


def truth(name, reduction, input, dim, keepdim):
    # bool is not ordered on every backend: reduce 0/1 integers.
    numbers = pointwise.to_dtype(pointwise.to_dtype(input, _dtypes.bool_), _dtypes.int32)
    return pointwise.to_dtype(reduction(numbers, () if dim is None else dim, keepdim), _dtypes.bool_)


def prod(input, dim=None, keepdim=False, *, dtype=None):
    kind = dtype or (input.dtype if input.dtype.category == 2 else _dtypes.int64)
    if dim is None:
        if input._constant is not None:
            return reduce("prod", math.prod, input, None, keepdim, kind)
        input, dim = input.reshape(-1), 0
    input, axis = pointwise.to_dtype(input, kind), axis_of(dim, len(input._shape))
    # Halves are multiplied with each other: log2(size) products.
    while input._shape[axis] > 1:
        size = input._shape[axis]
        half = size // 2
        product = pointwise.mul(sliced(input, axis, 0, half), sliced(input, axis, half, 2 * half))
        rest = sliced(input, axis, size - 1, size)
        input = cat([product, rest], axis) if size % 2 else product
    return input if keepdim else squeeze(input, axis)


def cumsum(input, dim, *, dtype=None):
    kind = dtype or (input.dtype if input.dtype.category == 2 else _dtypes.int64)
    if input._constant is not None and len(input._shape) == 1:
        values = itertools.accumulate(input._constant.listed(input.numel()))
        return Tensor(input._shape, kind, _constants.listed(values))
    total, axis, step = pointwise.to_dtype(input, kind), axis_of(dim, len(input._shape)), 1
    # Hillis and Steele: each round adds what lies twice as far back.
    while step < input._shape[axis]:
        shifted = sliced(total, axis, 0, input._shape[axis] - step)
        amounts = [0, 0] * (len(input._shape) - 1 - axis) + [step, 0]
        total, step = pointwise.add(total, apply("pad", [shifted], {"pad": amounts, "value": 0})), 2 * step
    return total


def softmax(input, dim, dtype=None, *, _stacklevel=3):
    return normalized("softmax", input, dim, dtype)


def log_softmax(input, dim, dtype=None, *, _stacklevel=3):
    return normalized("log_softmax", input, dim, dtype)


def normalized(op, input, dim, dtype):
    if dtype is not None:
        input = pointwise.to_dtype(input, dtype)
    if dim is None:
        # PyTorch's rule for the forgotten argument.
        dim = 0 if len(input._shape) in (0, 1, 3) else 1
    return apply(op, [input], {"dim": axis_of(dim, len(input._shape))})


def cumprod(input, dim, *, dtype=None):
    kind = dtype or (input.dtype if input.dtype.category == 2 else _dtypes.int64)
    if input._constant is not None and len(input._shape) == 1:
        values = itertools.accumulate(input._constant.listed(input.numel()), operator.mul)
        return Tensor(input._shape, kind, _constants.listed(values))
    product, axis, step = pointwise.to_dtype(input, kind), axis_of(dim, len(input._shape)), 1
    while step < input._shape[axis]:
        shifted = sliced(product, axis, 0, input._shape[axis] - step)
        amounts = [0, 0] * (len(input._shape) - 1 - axis) + [step, 0]
        product, step = pointwise.mul(product, apply("pad", [shifted], {"pad": amounts, "value": 1})), 2 * step
    return product


def logcumsumexp(input, dim):
    largest = amax(input, dim, True)
    return pointwise.add(pointwise.log(cumsum(pointwise.exp(pointwise.sub(input, largest)), dim)), largest)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    known = pointwise.eq(input, input)
    total = sum(pointwise.where(known, input, 0.0), dim, keepdim)
    return pointwise.div(total, sum(pointwise.to_dtype(known, input.dtype), dim, keepdim))
