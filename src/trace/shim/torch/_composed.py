"""What is made of the functions in _pointwise and _shaping alone: the rarer ones of both kinds."""
import math

from ._pointwise import (
    abs, add, clamp, cos, div, eq, erf, exp, floor, gt, isnan, log, mul, neg, remainder, sign, sin, sub,
    to_dtype, where,
)  # fmt: skip
from ._shaping import axis_of, cat, flatten, flip, movedim, sliced, transpose, unsqueeze
from ._tensor import apply


def tan(input):
    return div(sin(input), cos(input))


def sinh(input):
    return mul(sub(exp(input), exp(neg(input))), 0.5)


def cosh(input):
    return mul(add(exp(input), exp(neg(input))), 0.5)


def exp2(input):
    return exp(mul(input, math.log(2)))


def erfc(input):
    return sub(1, erf(input))


def logit(input, eps=None):
    input = input if eps is None else clamp(input, eps, 1 - eps)
    return log(div(input, sub(1, input)))


def trunc(input):
    return mul(sign(input), floor(abs(input)))


def frac(input):
    return sub(input, trunc(input))


def round(input, *, decimals=0):
    """Halves go to the even neighbour."""
    if decimals:
        return div(round(mul(input, 10.0**decimals)), 10.0**decimals)
    if not input.dtype.is_floating_point:
        return input
    up = floor(add(input, 0.5))
    is_odd_tie = mul(to_dtype(eq(sub(up, input), 0.5), up.dtype), remainder(up, 2))
    return sub(up, is_odd_tie)


def logaddexp(input, other):
    # log(eᵃ + eᵇ) = b + softplus(a − b)
    return add(other, apply("softplus", [sub(input, other)]))


def xlogy(input, other):
    return where(eq(input, 0), 0.0, mul(input, log(other)))


def heaviside(input, values):
    return where(eq(input, 0), values, to_dtype(gt(input, 0), values.dtype))


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    result = where(isnan(input), float(nan), input)
    return result if posinf is None and neginf is None else clamp(result, neginf, posinf)


def clamp_min(input, min):
    return clamp(input, min=min)


def clamp_max(input, max):
    return clamp(input, max=max)


def fliplr(input):
    return flip(input, 1)


def flipud(input):
    return flip(input, 0)


def rot90(input, k=1, dims=(0, 1)):
    first, second = dims
    if k % 4 == 0:
        return input
    if k % 4 == 2:
        return flip(input, first, second)
    return transpose(flip(input, second if k % 4 == 1 else first), first, second)


def hstack(tensors, *, out=None):
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors, *, out=None):
    return cat([unsqueeze(tensor, 0) if tensor.ndim == 1 else tensor for tensor in tensors], 0)


def tensor_split(input, indices_or_sections, dim=0):
    axis = axis_of(dim, len(input._shape))
    size, cuts = input._shape[axis], indices_or_sections
    if isinstance(cuts, int):
        # The first `size % cuts` pieces take one more.
        cuts = [piece * (size // cuts) + min(piece, size % cuts) for piece in range(1, cuts)]
    edges = [0, *(min(max(cut + size if cut < 0 else cut, 0), size) for cut in cuts), size]
    return tuple(sliced(input, axis, start, max(start, end)) for start, end in zip(edges, edges[1:]))


def diagonal(input, offset=0, dim1=0, dim2=1):
    """Every (n+1)-th element of a flattened n×n square; the diagonal becomes the last dimension."""
    rows, columns = axis_of(dim1, len(input._shape)), axis_of(dim2, len(input._shape))
    down, right = max(-offset, 0), max(offset, 0)
    n = max(0, min(input._shape[rows] - down, input._shape[columns] - right))
    square = sliced(sliced(input, rows, down, down + n), columns, right, right + n)
    square = movedim(square, (rows, columns), (-2, -1))
    flat = flatten(square, -2)
    return sliced(flat, flat.ndim - 1, 0, n * n, n + 1)


def diff(input, n=1, dim=-1):
    axis = axis_of(dim, len(input._shape))
    for _ in range(n):
        size = input._shape[axis]
        input = sub(sliced(input, axis, 1, size), sliced(input, axis, 0, size - 1))
    return input
