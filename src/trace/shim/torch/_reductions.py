"""Reductions, and what is made of them."""
import collections
import math
from builtins import max as builtin_max
from builtins import min as builtin_min
from builtins import sum as builtin_sum

from . import _constants, _dtypes
from . import _pointwise as pointwise
from ._recorder import UnsupportedOp
from ._shaping import axes_of, axis_of, squeeze, unsqueeze
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


def norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    if p in ("fro", 2, 2.0, None):
        return pointwise.sqrt(sum(pointwise.square(input), dim, keepdim))
    if p == 1:
        return sum(pointwise.abs(input), dim, keepdim)
    if p == math.inf:
        return amax(pointwise.abs(input), () if dim is None else dim, keepdim)
    return pointwise.pow(sum(pointwise.pow(pointwise.abs(input), p), dim, keepdim), 1 / p)


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
    if dim is None and input._constant is not None:
        return reduce("prod", math.prod, input, None, keepdim, dtype)
    raise UnsupportedOp("torch.prod")


def cumsum(input, dim, *, dtype=None):
    if input._constant is not None and len(input._shape) == 1:
        total, values = 0, []
        for value in input._constant.listed(input.numel()):
            total += value
            values.append(total)
        return Tensor(input._shape, dtype or input.dtype, _constants.listed(values))
    raise UnsupportedOp("torch.cumsum")


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


def matmul(input, other, *, out=None):
    """Vectors become matrices for the op and are squeezed away again, as in PyTorch."""
    a, b = input, other
    if not a._shape or not b._shape:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a.ndim}D and {b.ndim}D"
        )
    if a.ndim == 1 and b.ndim == 1 and a._shape != b._shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a._shape[0]}] and src [{b._shape[0]}] to have the same "
            f"number of elements, but got {a._shape[0]} and {b._shape[0]} elements respectively"
        )
    if a.ndim == 2 and b.ndim == 1 and a._shape[1] != b._shape[0]:
        raise RuntimeError(f"size mismatch, got {a._shape[0]}, {a._shape[0]}x{a._shape[1]},{b._shape[0]}")
    rows = unsqueeze(a, 0) if a.ndim == 1 else a
    columns = unsqueeze(b, 1) if b.ndim == 1 else b
    result = apply("matmul", [rows, columns])
    if b.ndim == 1:
        result = squeeze(result, -1)
    return squeeze(result, -1 if b.ndim == 1 else -2) if a.ndim == 1 else result


def bmm(input, mat2):
    if input.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor" if input.ndim != 3 else "batch2 must be a 3D tensor")
    return matmul(input, mat2)


def mm(input, mat2):
    if input.ndim != 2 or mat2.ndim != 2:
        raise RuntimeError("self must be a matrix" if input.ndim != 2 else "mat2 must be a matrix")
    return matmul(input, mat2)


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return pointwise.add(pointwise.mul(input, beta), pointwise.mul(matmul(mat1, mat2), alpha))


def einsum(equation, *operands):
    """Two operands, each letter once in each: permute, reshape and matmul."""
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    left, arrow, target = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != 2 or not arrow or "." in equation or len(operands) != 2:
        raise UnsupportedOp("torch.einsum", f"torch.einsum('{equation}') is not supported by CNN Lab yet.")
    a, b = terms
    for term, operand in zip(terms, operands):
        if len(term) != operand.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(term)}) does not match the number of "
                f"dimensions ({operand.ndim}) for operand {terms.index(term)} and no ellipsis was given"
            )
        if len(set(term)) != len(term):
            raise UnsupportedOp("torch.einsum", f"torch.einsum('{equation}') takes a diagonal, which is not supported.")
    sizes = {**dict(zip(a, operands[0]._shape)), **dict(zip(b, operands[1]._shape))}
    batch = [c for c in a if c in b and c in target]
    inner = [c for c in a if c in b and c not in target]
    rows = [c for c in a if c not in b]
    columns = [c for c in b if c not in a]
    if set(rows + columns) - set(target):
        raise UnsupportedOp("torch.einsum", f"torch.einsum('{equation}') sums a lone index, which is not supported.")

    def arranged(term, operand, *groups):
        order = [term.index(c) for group in groups for c in group]
        shape = [sizes[c] for c in groups[0]] + [math.prod(sizes[c] for c in group) for group in groups[1:]]
        return operand.permute(order).reshape(shape)

    product = matmul(arranged(a, operands[0], batch, rows, inner), arranged(b, operands[1], batch, inner, columns))
    letters = batch + rows + columns
    return product.reshape([sizes[c] for c in letters]).permute([letters.index(c) for c in target])
