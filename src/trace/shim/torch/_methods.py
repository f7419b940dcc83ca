"""Gives Tensor its methods and operators, which are the functions of the same names."""
from . import _composed as composed
from . import _creation as creation
from . import _dtypes, _indexing
from . import _linear_algebra as linear_algebra
from . import _picking as picking
from . import _pointwise as pointwise
from . import _reductions as reductions
from . import _shaping as shaping
from ._constants import uniform
from ._missing import Missing, pytorch_names
from ._recorder import Source, copy_draws, current, draw, warn
from ._tensor import Parameter, Tensor, apply, functions, record_constant

POINTWISE = """abs acos add addcdiv addcmul asin atan atan2 ceil clamp cos digamma div eq erf erfinv exp expm1 floor floor_divide ge gt isnan le lerp lgamma log
log10 log1p log2 logical_and logical_not logical_or logical_xor lt masked_fill maximum minimum mul ne neg pow
reciprocal relu remainder rsqrt rsub sigmoid sign sin sqrt square sub tanh where""".split()
SHAPING = """broadcast_to cat chunk expand expand_as flatten flip meshgrid movedim narrow permute ravel repeat
repeat_interleave reshape roll select split squeeze stack t tile transpose tril triu unbind unflatten unsqueeze
view view_as""".split()
REDUCTIONS = """all amax amin any argmax argmin cumprod cumsum log_softmax logcumsumexp logsumexp max mean min nanmean norm prod softmax std std_mean sum
var var_mean""".split()
COMPOSED = """acosh aminmax asinh atanh atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors cartesian_prod clamp_max
clamp_min column_stack copysign cosh count_nonzero deg2rad diag diag_embed diagonal diff dsplit dstack erfc exp2 fliplr
flipud float_power fmod frac heaviside hsplit hstack hypot isclose isfinite isinf logaddexp logit nan_to_num nansum
rad2deg renorm rot90 round sgn sinh tan tensor_split trunc vsplit vstack xlogy""".split()
LINEAR_ALGEBRA = """addbmm addmm addmv addr baddbmm bmm chain_matmul cholesky cross det dot einsum inverse kron matmul mm mv
outer tensordot trace""".split()
PICKING = """allclose argsort argwhere bincount bucketize cummax cummin equal gather index_add index_copy index_fill index_put
index_select kthvalue masked_select median msort multinomial nanmedian nanquantile nonzero quantile scatter scatter_add
scatter_reduce searchsorted sort take take_along_dim topk unique unique_consecutive""".split()
ALIASES = {
    "absolute": "abs", "clip": "clamp", "concat": "cat", "concatenate": "cat", "divide": "div", "greater": "gt",
    "less": "lt", "moveaxis": "movedim", "multiply": "mul", "negative": "neg", "subtract": "sub",
    "swapaxes": "transpose", "swapdims": "transpose", "true_divide": "div", "row_stack": "vstack", "fix": "trunc",
    "arccos": "acos", "arcsin": "asin", "arctan": "atan", "arctan2": "atan2", "arccosh": "acosh", "arcsinh": "asinh",
    "arctanh": "atanh", "not_equal": "ne", "greater_equal": "ge", "less_equal": "le", "fmax": "maximum", "fmin": "minimum",
    "ger": "outer", "bitwise_and": "logical_and", "bitwise_or": "logical_or", "bitwise_xor": "logical_xor",
    "bitwise_not": "logical_not",
}  # fmt: skip
IN_PLACE = """abs acos add addbmm addcdiv addcmul addmm addmv addr asin atan atan2 baddbmm ceil clamp clamp_max clamp_min clip
copysign cos cosh cumprod cumsum digamma div divide eq erf erfc erfinv exp exp2 expm1 floor floor_divide fmod frac ge gt
heaviside hypot index_add index_copy index_fill index_put le lerp lgamma log log10 log1p log2 logical_and logical_not
logical_or logical_xor logit lt masked_fill mul multiply nan_to_num ne neg negative pow reciprocal relu remainder renorm
round rsqrt scatter scatter_add scatter_reduce sgn sigmoid sign sin sinh sqrt square sub subtract tan tanh tril triu
true_divide trunc xlogy squeeze unsqueeze transpose t swapaxes swapdims""".split()


def clone(input, *, memory_format=None):
    if input._constant is not None or current().call is None:
        source = Source()
        if not copy_draws(input._source, source):
            source = input._source
        return Tensor(input._shape, input.dtype, input._constant, input._value_for_alias(), source)
    return Tensor(input._shape, input.dtype, None, apply("reshape", [input], {"shape": list(input._shape)})._id)


def to(self, *args, **kwargs):
    for argument in (*args, *kwargs.values()):
        if isinstance(argument, _dtypes.dtype):
            return pointwise.to_dtype(self, argument)
        if isinstance(argument, Tensor):
            return pointwise.to_dtype(self, argument.dtype)
    return self


def same(self, *_, **__):
    return self


def cast(kind):
    return lambda self, *_, **__: pointwise.to_dtype(self, kind)



def operator_method(function, swapped=False):
    def call(self, other):
        if not isinstance(other, (Tensor, int, float)):
            return NotImplemented
        return function(other, self) if swapped else function(self, other)

    return call


def in_place_method(name, function):
    def call(self, *args, **kwargs):
        if current().call is None and self._source is not None and self._constant is None:
            if change_fill(self, function, args, kwargs):
                return self
            if isinstance(self, Parameter) or current().constructing:
                warn("init-not-reproduced", f"{name}_ on initial values is not followed.", "Set them with nn.init.")
                return self
        resizing = name in ("squeeze", "unsqueeze", "transpose", "t", "swapaxes", "swapdims")
        return self._become(function(self, *args, **kwargs), in_place=not resizing)

    return call


def change_fill(tensor, function, args, kwargs):
    """`weight.data.mul_(0.1)` in a constructor changes how the last fill is read. False where it cannot."""
    draws, derived = tensor._source.draws, tensor._source.derived
    if len(draws) != 1 and (draws or derived is None):
        return False
    last = draws[0] if draws else derived[0]
    if draws and last.fill["kind"] == "trunc_normal" and function in (*AFFINE, pointwise.clamp):
        return change_normal(last.fill, function, args, kwargs)
    if last.fill["kind"] == "constant":
        result = function(Tensor(tensor._shape, tensor.dtype, uniform(last.fill["value"])), *args, **kwargs)
        if result._constant is not None:
            record_constant(tensor, result._constant)
        return result._constant is not None
    if function not in AFFINE:
        return False
    at_one, at_zero = (function(Tensor((), tensor.dtype, uniform(x)), *args, **kwargs)._constant for x in (1.0, 0.0))
    if at_one is None or at_zero is None or not (at_one.is_uniform and at_zero.is_uniform):
        return False
    scale, shift = at_one.fill - at_zero.fill, at_zero.fill
    if not draws:
        shift += derived[2] * scale
        scale *= derived[1]
    draw(tensor._source, tensor._shape, {"kind": "copy", "of": last, "scale": scale, "shift": shift})
    return True


def change_normal(fill, function, args, kwargs):
    """Scaled, shifted and clamped, what `trunc_normal_` draws is that of other bounds: packages write it out like this."""
    def at(value):
        return function(Tensor((), constant=uniform(value)), *args, **kwargs)._constant

    if function is pointwise.clamp:
        low, high = at(-_dtypes.FLOAT32_MAX), at(_dtypes.FLOAT32_MAX)
        if low is None or high is None:
            return False
        fill["a"], fill["b"] = max(fill["a"], low.fill), min(fill["b"], high.fill)
        return True
    one, zero = at(1.0), at(0.0)
    if one is None or zero is None or not one.is_uniform or one.fill <= zero.fill:
        return False
    scale, shift = one.fill - zero.fill, zero.fill
    for name in ("mean", "a", "b"):
        value = fill[name] * scale + shift
        fill[name] = max(-_dtypes.FLOAT32_MAX, min(value, _dtypes.FLOAT32_MAX))
    fill["std"] *= scale
    return True


def augmented(function):
    """`x += y` changes x itself, for every name that holds it."""

    def call(self, other):
        if not isinstance(other, (Tensor, int, float)):
            return NotImplemented
        return in_place_method(function.__name__, function)(self, other)

    return call


AFFINE = (pointwise.add, pointwise.sub, pointwise.mul, pointwise.div)


TABLES = (
    (POINTWISE, pointwise), (SHAPING, shaping), (COMPOSED, composed), (REDUCTIONS, reductions),
    (LINEAR_ALGEBRA, linear_algebra), (PICKING, picking),
)  # fmt: skip


def install():
    table = functions
    for names, source in TABLES:
        for name in names:
            table[name] = getattr(source, name)
    for alias, name in ALIASES.items():
        table[alias] = table[name]
    table["clone"], table["to"], table["bernoulli"] = clone, to, creation.bernoulli
    not_methods = {"cat", "concat", "concatenate", "stack", "meshgrid", "einsum", "where", "hstack", "vstack", "row_stack",
                   "std_mean", "var_mean", "block_diag", "broadcast_tensors", "cartesian_prod", "column_stack", "dstack",
                   "chain_matmul", "tensordot"}  # fmt: skip
    for name, function in table.items():
        if name not in not_methods:
            setattr(Tensor, name, function)
    Tensor.where = lambda self, condition, other: pointwise.where(condition, self, other)
    for name in IN_PLACE:
        setattr(Tensor, name + "_", in_place_method(name, table[name]))
    for name in ("uniform_", "normal_", "fill_", "zero_", "copy_", "bernoulli", "bernoulli_", "erfinv_", "exponential_", "random_",
                 "geometric_", "log_normal_", "cauchy_"):  # fmt: skip
        setattr(Tensor, name, getattr(creation, name))
    binary = {
        "add": pointwise.add, "sub": pointwise.sub, "mul": pointwise.mul, "truediv": pointwise.div,
        "floordiv": pointwise.floor_divide, "mod": pointwise.remainder, "pow": pointwise.pow,
        "matmul": linear_algebra.matmul,
    }  # fmt: skip
    for name, function in binary.items():
        setattr(Tensor, f"__{name}__", operator_method(function))
        setattr(Tensor, f"__r{name}__", operator_method(function, swapped=True))
        setattr(Tensor, f"__i{name}__", augmented(function))
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Tensor, f"__{name}__", getattr(pointwise, name))
    for name in ("and", "or", "xor"):
        setattr(Tensor, f"__{name}__", operator_method(getattr(pointwise, f"logical_{name}")))
    Tensor.__neg__, Tensor.__abs__ = (lambda self: pointwise.neg(self)), (lambda self: pointwise.abs(self))
    Tensor.__pos__ = same
    Tensor.__invert__ = lambda self: pointwise.logical_not(self)
    Tensor.__getitem__ = _indexing.get_item
    Tensor.__setitem__ = _indexing.set_item
    kinds = {"float": "float32", "double": "float64", "half": "float16", "bfloat16": "bfloat16", "int": "int32",
             "long": "int64", "short": "int16", "bool": "bool", "byte": "uint8"}  # fmt: skip
    for name, kind in kinds.items():
        setattr(Tensor, name, cast(_dtypes.BY_NAME[kind]))
    for name in ("cpu", "cuda", "pin_memory", "requires_grad_"):
        setattr(Tensor, name, getattr(Tensor, name, same))
    Tensor.type = lambda self, kind=None: f"torch.{self.dtype.name}" if kind is None else to(self, kind)
    Tensor.type_as = lambda self, other: to(self, other)
    Tensor.reshape_as = shaping.view_as
    for name in ("zeros", "ones", "empty"):
        setattr(Tensor, f"new_{name}", creating(getattr(creation, name)))
    Tensor.new_full = lambda self, size, value, **o: creation.full(size, value, **{"dtype": self.dtype, **o})
    Tensor.new_tensor = lambda self, data, **o: creation.tensor(data, **{"dtype": self.dtype, **o})
    Tensor.__getattr__ = missing_method


def creating(function):
    return lambda self, *size, **options: function(*size, **{"dtype": self.dtype, **options})


def missing_method(self, name):
    if not name.startswith("_") and name in pytorch_names()["torch.Tensor"]:
        return Missing(f"torch.Tensor.{name}")
    raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
