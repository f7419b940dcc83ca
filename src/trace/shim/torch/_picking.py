"""Picking by computed positions, and ordering: ops that are traced only. Where positions are known, they are slices."""
import collections
from builtins import max as larger
from builtins import range

from . import _constants, _dtypes
from . import _pointwise as pointwise
from ._recorder import ValueDependent
from ._shaping import axis_of, cat, expand, flatten, narrow, reshape, sliced, squeeze, unsqueeze
from ._tensor import Tensor, apply, apply_all
from ._views import forgotten

Ordered = collections.namedtuple("return_types", "values indices")


def integer_tensor(value):
    return value if isinstance(value, Tensor) else Tensor((), _dtypes.int64, _constants.uniform(int(value)))


def index_select(input, dim, index, *, out=None):
    axis = axis_of(dim, len(input._shape))
    if index._constant is None or index.ndim > 1 or index.dtype not in (_dtypes.int64, _dtypes.int32):
        return apply("index_select", [input, index], {"dim": axis})
    places = index._constant.listed(index.numel())
    size = input._shape[axis]
    for place in places:
        if not 0 <= place < size:
            raise IndexError("index out of range in self")
    if not places:
        return forgotten(sliced(input, axis, 0, 0))
    steps = {b - a for a, b in zip(places, places[1:])}
    if len(places) > 1 and len(steps) == 1 and min(steps) > 0:
        return forgotten(sliced(input, axis, places[0], places[-1] + 1, steps.pop()))
    return cat([narrow(input, axis, place, 1) for place in places], axis)


def gather(input, dim, index, *, sparse_grad=False, out=None):
    return apply("gather", [input, index], {"dim": axis_of(dim, len(input._shape))})


def take_along_dim(input, indices, dim=None):
    if dim is None:
        return gather(flatten(input), 0, flatten(indices))
    axis = axis_of(dim, len(input._shape))
    sizes = [larger(a, b) for a, b in zip(input._shape, indices._shape)]
    spread = [size if place != axis else indices._shape[axis] for place, size in enumerate(sizes)]
    whole = [size if place != axis else input._shape[axis] for place, size in enumerate(sizes)]
    return gather(expand(input, whole), axis, expand(indices, spread))


def take(input, index):
    return gather(flatten(input), 0, flatten(index)).reshape(index._shape)


def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    source = value if src is None else src
    tensor = source if isinstance(source, Tensor) and source.ndim == index.ndim else None
    number = 0 if isinstance(source, Tensor) else source
    attributes = {"dim": axis_of(dim, len(input._shape)), "reduce": reduce, "value": number}
    return apply("scatter", [input, index, tensor], attributes)


def scatter_add(input, dim, index, src):
    return scatter(input, dim, index, src, reduce="add")


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    return scatter(input, dim, index, src, reduce=reduce)


def index_put(input, indices, values, accumulate=False):
    values = values if isinstance(values, Tensor) else Tensor((), input.dtype, _constants.uniform(values))
    return apply("index_put", [input, values, *indices], {"accumulate": bool(accumulate)})


def along(input, dim, index):
    """Index tensors as `index_put` takes them, for one dimension."""
    return [None] * axis_of(dim, len(input._shape)) + [index]


def index_add(input, dim, index, source, *, alpha=1):
    return index_put(input, along(input, dim, index), pointwise.mul(source, alpha), True)


def index_copy(input, dim, index, source):
    return index_put(input, along(input, dim, index), source)


def index_fill(input, dim, index, value):
    return index_put(input, along(input, dim, index), value)


def topk(input, k, dim=-1, largest=True, sorted=True, *, out=None):
    attributes = {"k": int(k), "dim": axis_of(dim, len(input._shape)), "largest": bool(largest)}
    return Ordered(*apply_all("topk", [input], attributes))


def sort(input, dim=-1, descending=False, stable=False, *, out=None):
    attributes = {"dim": axis_of(dim, len(input._shape)), "descending": bool(descending)}
    return Ordered(*apply_all("sort", [input], attributes))


def argsort(input, dim=-1, descending=False, stable=False):
    return sort(input, dim, descending).indices


def msort(input):
    return sort(input, 0).values


def kthvalue(input, k, dim=-1, keepdim=False, *, out=None):
    axis = axis_of(dim, len(input._shape))
    if not 0 < k <= (input._shape[axis] if input._shape else 1):
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {axis}")
    picked = [narrow(part, axis, k - 1, 1) if part._shape else part for part in sort(input, axis)]
    return Ordered(*(forgotten(part if keepdim or not part._shape else squeeze(part, axis)) for part in picked))


def median(input, dim=None, keepdim=False, *, out=None):
    """The lower of two middle elements."""
    if dim is None:
        return kthvalue(flatten(input), (input.numel() + 1) // 2, 0).values
    return kthvalue(input, (input._shape[axis_of(dim, input.ndim)] + 1) // 2, dim, keepdim)


nanmedian = median


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", out=None):
    """Between the two elements in order that lie around q of the way."""
    rank = input.ndim
    if dim is None:
        input, axis, sizes = flatten(input), 0, [1] * rank
    else:
        axis = axis_of(dim, rank)
        sizes = [1 if place == axis else size for place, size in enumerate(input._shape)]
    ordered = sort(input, axis).values
    parts = [between(ordered, axis, fraction) for fraction in (q.tolist() if isinstance(q, Tensor) and q.ndim else [float(q)])]
    shaped = [reshape(part, sizes) if keepdim else squeeze(part, axis) for part in parts]
    return cat([unsqueeze(part, 0) for part in shaped], 0) if isinstance(q, Tensor) and q.ndim else shaped[0]


nanquantile = quantile


def between(ordered, axis, fraction):
    place = fraction * (ordered._shape[axis] - 1)
    low = int(place)
    first = narrow(ordered, axis, low, 1)
    if place == low:
        return first
    return pointwise.lerp(first, narrow(ordered, axis, low + 1, 1), place - low)


def cummax(input, dim, *, out=None):
    return Ordered(*apply_all("cummax", [input], {"dim": axis_of(dim, input.ndim)}))


def cummin(input, dim, *, out=None):
    return Ordered(*apply_all("cummin", [input], {"dim": axis_of(dim, input.ndim)}))


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    return apply("searchsorted", [sorted_sequence, integer_tensor(input)], {"right": bool(right or side == "right")})


def bucketize(input, boundaries, *, out_int32=False, right=False):
    return searchsorted(boundaries, input, right=right)


def multinomial(input, num_samples, replacement=False, *, generator=None, out=None):
    return apply("multinomial", [input], {"num_samples": num_samples})


def unknown_size(name, hint):
    """The size of what comes out depends on numbers."""

    def call(input, *_, **__):
        error = ValueDependent(f"torch.{name}", input._shape)
        error.hint = hint
        raise error

    return call


KEEP = "Its result has a size that only the numbers decide. torch.where or torch.masked_fill keeps the shape known."
nonzero = argwhere = unknown_size("nonzero", KEEP)
masked_select = unknown_size("masked_select", KEEP)
SAME = "Its result has a size that only the numbers decide: do this outside of the model."
unique = unknown_size("unique", SAME)
unique_consecutive = unknown_size("unique_consecutive", SAME)
bincount = unknown_size("bincount", SAME)


def equal(input, other):
    if input._shape != other._shape:
        return False
    raise ValueDependent("torch.equal", input._shape)


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    raise ValueDependent("torch.allclose", input._shape)


