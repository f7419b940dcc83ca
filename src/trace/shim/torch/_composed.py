"""What is made of the functions in _pointwise and _shaping alone: the rarer ones of both kinds."""
import math

from ._pointwise import (
    abs, add, clamp, cos, div, eq, erf, exp, floor, gt, isnan, log, log1p, lt, mul, ne, neg, remainder, sign, sin, sqrt,
    square, sub, to_dtype, where,
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


def tensor_split(input, indices_or_sections=None, dim=0, *, indices=None, sections=None):
    if indices_or_sections is None:
        indices_or_sections = sections if indices is None else indices
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


def asinh(input):
    return log(add(input, sqrt(add(square(input), 1))))


def acosh(input):
    return log(add(input, sqrt(sub(square(input), 1))))


def atanh(input):
    return mul(sub(log1p(input), log1p(neg(input))), 0.5)


def isinf(input):
    return eq(abs(input), math.inf)


def isfinite(input):
    return lt(abs(input), math.inf)


def hypot(input, other):
    return sqrt(add(square(input), square(other)))


def copysign(input, other):
    return mul(abs(input), where(lt(other, 0), -1.0, 1.0))


def fmod(input, other):
    """The rest has the sign of the input."""
    return sub(input, mul(trunc(div(input, other)), other))


def float_power(input, exponent):
    from ._dtypes import float64
    from ._pointwise import pow

    return pow(to_dtype(input, float64), exponent)


def deg2rad(input):
    return mul(input, math.pi / 180)


def rad2deg(input):
    return mul(input, 180 / math.pi)


def sgn(input):
    return sign(input)


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    from ._pointwise import le

    return le(abs(sub(input, other)), add(mul(abs(other), rtol), atol))


def count_nonzero(input, dim=None):
    from ._dtypes import int64
    from ._reductions import sum

    return sum(to_dtype(ne(input, 0), int64), dim)


def aminmax(input, *, dim=None, keepdim=False):
    from ._reductions import amax, amin

    dims = () if dim is None else dim
    return amin(input, dims, keepdim), amax(input, dims, keepdim)


def nansum(input, dim=None, keepdim=False):
    from ._reductions import sum

    return sum(where(isnan(input), 0.0, input), dim, keepdim)


def dstack(tensors, *, out=None):
    tensors = [unsqueeze(t, 0) if t.ndim == 1 else t for t in tensors]
    return cat([unsqueeze(t, 2) if t.ndim == 2 else t for t in tensors], 2)


def column_stack(tensors, *, out=None):
    return cat([t.reshape(-1, 1) if t.ndim < 2 else t for t in tensors], 1)


def atleast(rank, places):
    def call(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
            tensors = tensors[0]
        raised = []
        for tensor in tensors:
            while tensor.ndim < rank:
                tensor = unsqueeze(tensor, places[tensor.ndim])
            raised.append(tensor)
        return raised[0] if len(raised) == 1 else tuple(raised)

    return call


atleast_1d = atleast(1, (0,))
atleast_2d = atleast(2, (0, 0))
atleast_3d = atleast(3, (0, 0, 2))


def hsplit(input, sections):
    return tensor_split(input, sections, 0 if input.ndim == 1 else 1)


def vsplit(input, sections):
    return tensor_split(input, sections, 0)


def dsplit(input, sections):
    return tensor_split(input, sections, 2)


def broadcast_tensors(*tensors):
    from ._constants import broadcast_shapes

    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        tensors = tensors[0]
    shape = broadcast_shapes(*(tensor._shape for tensor in tensors))
    return tuple(tensor.expand(shape) for tensor in tensors)


def block_diag(*tensors):
    tensors = [atleast_2d(tensor) for tensor in tensors]
    width = sum(tensor._shape[1] for tensor in tensors)
    rows, start = [], 0
    for tensor in tensors:
        amounts = [start, width - start - tensor._shape[1]]
        rows.append(apply("pad", [tensor], {"pad": amounts, "value": 0}))
        start += tensor._shape[1]
    return cat(rows, 0)


def cartesian_prod(*tensors):
    from ._shaping import meshgrid, stack

    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(grid) for grid in meshgrid(*tensors)], 1)


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """A diagonal of zeros around: the mirror of `diagonal`."""
    n = input._shape[-1]
    spread = unsqueeze(input, -1)
    padded = apply("pad", [spread], {"pad": [0, n], "value": 0})
    flat = flatten(padded, -2)
    square_ = sliced(flat, flat.ndim - 1, 0, n * n).reshape([*input._shape[:-1], n, n])
    if offset:
        down, right = max(-offset, 0), max(offset, 0)
        square_ = apply("pad", [square_], {"pad": [right, down, down, right], "value": 0})
    return movedim(square_, (-2, -1), (dim1, dim2)).contiguous()


def diag(input, diagonal_=0, **named):
    offset = named.get("diagonal", diagonal_)
    return diag_embed(input, offset) if input.ndim == 1 else diagonal(input, offset)


def renorm(input, p, dim, maxnorm):
    from ._reductions import norm

    axes = [axis for axis in range(input.ndim) if axis != axis_of(dim, input.ndim)]
    length = norm(input, p, axes, True)
    return mul(input, where(gt(length, maxnorm), div(maxnorm, add(length, 1e-07)), 1.0))
