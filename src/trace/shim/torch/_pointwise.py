"""Elementwise functions, with broadcasting, promotion and folding of known values."""
import math
import operator

from . import _constants, _dtypes
from ._dtypes import result_type
from ._recorder import UnsupportedOp, ValueDependent, current
from ._tensor import Tensor, apply, finite

NUMBERS = (int, float)


def known(operand):
    return isinstance(operand, NUMBERS) or operand._constant is not None


def folded(function, operands, shape, kind):
    """A constant tensor, or None where some operand's values are unknown."""
    if not all(map(known, operands)):
        return None
    pairs = [(o._constant, o._shape) if isinstance(o, Tensor) else o for o in operands]
    constant = _constants.fold(function, pairs, shape)
    if constant is None:
        return None
    if kind.is_floating_point:
        constant = cast_constant(constant, float)
    elif kind.category == 0:
        constant = cast_constant(constant, bool)
    return Tensor(shape, kind, constant)


def cast_constant(constant, function):
    if constant.is_uniform:
        return _constants.uniform(function(constant.fill))
    return _constants.Constant(values=[function(value) for value in constant.values])


def to_dtype(tensor, kind):
    if tensor.dtype is kind:
        return tensor
    if tensor._constant is not None:
        function = (bool, int, float)[kind.category]
        return Tensor(tensor._shape, kind, cast_constant(tensor._constant, function))
    return apply("to_dtype", [tensor], {"dtype": kind.name})


def as_tensor_like(value, kind):
    return value if isinstance(value, Tensor) else Tensor((), kind, _constants.uniform(value))


def checked(name, operands):
    for operand in operands:
        if not isinstance(operand, (Tensor, *NUMBERS)):
            raise TypeError(
                f"unsupported operand type(s) for {name}: 'Tensor' and '{type(operand).__name__}'"
            )


def plain_number(operand):
    """A Python number, or the number in a 0-dimensional tensor of known value."""
    if isinstance(operand, Tensor):
        if operand._shape == () and operand._constant is not None:
            return operand._constant.fill
        return None
    return operand


def promoted(a, b, floating=False):
    kind = result_type([a, b])
    if floating and not kind.is_floating_point:
        kind = _dtypes.float32
    return kind


def affine_draw(a, scale, shift):
    """`torch.randn(…) * scale + shift` outside a model call: still a draw, whose step is filled in later."""
    source = a._source
    if current().call is not None or source is None or a._id is not None or type(a) is not Tensor:
        return None
    derived = source.derived
    if derived is None:
        if len(source.draws) != 1 or source.draws[0].fill["kind"] == "constant":
            return None
        derived = (source.draws[0], 1.0, 0.0)
    result = Tensor(a._shape, a.dtype, None, None, type(source)())
    result._source.derived = (derived[0], derived[1] * scale, derived[2] * scale + shift)
    return result


def scaled(input, factor, kind):
    drawn = affine_draw(input, factor, 0.0)
    if drawn is not None:
        return drawn
    return apply("mul_scalar", [to_dtype(input, kind)], {"value": finite(factor)})


def add(input, other, *, alpha=1, out=None):
    checked("+", (input, other))
    if alpha != 1:
        other = mul(other, alpha)
    kind = promoted(input, other)
    shape = shape_of(input, other)
    result = folded(operator.add, (input, other), shape, kind)
    if result is not None:
        return result
    if not isinstance(input, Tensor) or (plain_number(input) is not None and plain_number(other) is None):
        input, other = other, input
    number = plain_number(other)
    if number is not None and isinstance(input, Tensor):
        drawn = affine_draw(input, 1.0, number)
        if drawn is not None:
            return drawn
        return apply("add_scalar", [to_dtype(input, kind)], {"value": finite(number)})
    return apply("add", [to_dtype(input, kind), to_dtype(other, kind)])


def sub(input, other, *, alpha=1, out=None):
    checked("-", (input, other))
    if alpha != 1:
        other = mul(other, alpha)
    kind = promoted(input, other)
    result = folded(operator.sub, (input, other), shape_of(input, other), kind)
    if result is not None:
        return result
    if plain_number(other) is not None:
        return add(input, -plain_number(other))
    if plain_number(input) is not None:
        return add(mul(other, -1), plain_number(input))
    return apply("sub", [to_dtype(input, kind), to_dtype(other, kind)])


def rsub(input, other, *, alpha=1):
    return sub(other, input, alpha=alpha)


def mul(input, other, *, out=None):
    checked("*", (input, other))
    kind = promoted(input, other)
    result = folded(operator.mul, (input, other), shape_of(input, other), kind)
    if result is not None:
        return result
    if not isinstance(input, Tensor) or (plain_number(input) is not None and plain_number(other) is None):
        input, other = other, input
    number = plain_number(other)
    if number is not None:
        return scaled(input, number, kind)
    return apply("mul", [to_dtype(input, kind), to_dtype(other, kind)])


def div(input, other, *, rounding_mode=None, out=None):
    checked("/", (input, other))
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode == "trunc":
        raise UnsupportedOp("torch.div(rounding_mode='trunc')")
    kind = promoted(input, other, floating=True)
    result = folded(operator.truediv, (input, other), shape_of(input, other), kind)
    if result is not None:
        return result
    number = plain_number(other)
    if number:
        return scaled(input, 1 / number, kind)
    input, other = as_tensor_like(input, kind), as_tensor_like(other, kind)
    if plain_number(input) == 1:
        return apply("reciprocal", [to_dtype(other, kind)])
    return apply("div", [to_dtype(input, kind), to_dtype(other, kind)])


def floor_divide(input, other):
    kind = promoted(input, other)
    result = folded(operator.floordiv, (input, other), shape_of(input, other), kind)
    return result if result is not None else to_dtype(floor(div(input, other)), kind)


def remainder(input, other):
    kind = promoted(input, other)
    result = folded(operator.mod, (input, other), shape_of(input, other), kind)
    return result if result is not None else sub(input, mul(floor_divide(input, other), other))


def pow(input, exponent, *, out=None):
    checked("**", (input, exponent))
    kind = promoted(input, exponent)
    result = folded(operator.pow, (input, exponent), shape_of(input, exponent), kind)
    if result is not None:
        return result
    number = plain_number(exponent)
    if number is not None:
        if number == 2:
            return square(to_dtype(input, kind))
        return apply("pow_scalar", [to_dtype(input, kind)], {"exponent": number})
    return apply("pow", [to_dtype(as_tensor_like(input, kind), kind), to_dtype(exponent, kind)])


def binary(name, function):
    def call(input, other, *, out=None):
        checked(name, (input, other))
        kind = promoted(input, other)
        result = folded(function, (input, other), shape_of(input, other), kind)
        if result is not None:
            return result
        return apply(name, [to_dtype(as_tensor_like(value, kind), kind) for value in (input, other)])

    call.__name__ = name
    return call


def comparison(name, function, mirrored):
    def call(input, other, *, out=None):
        if not isinstance(other, (Tensor, *NUMBERS)):
            return NotImplemented
        result = folded(function, (input, other), shape_of(input, other), _dtypes.bool_)
        if result is not None:
            return result
        if plain_number(input) is not None:
            return apply(f"{mirrored}_scalar", [other], {"value": finite(plain_number(input))})
        if plain_number(other) is not None:
            return apply(f"{name}_scalar", [input], {"value": finite(plain_number(other))})
        kind = promoted(input, other)
        return apply(name, [to_dtype(input, kind), to_dtype(other, kind)])

    call.__name__ = name
    return call


def shape_of(*operands):
    return _constants.broadcast_shapes(*(o._shape for o in operands if isinstance(o, Tensor)))


def unary(name, function=None, floating=False):
    """A function of one tensor that is an op of its own; `floating` turns integers into float32."""

    def call(input, *, out=None):
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
        kind = _dtypes.float32 if floating and not input.dtype.is_floating_point else input.dtype
        if function and input._constant is not None:
            result = folded(function, (input,), input._shape, kind)
            if result is not None:
                return result
        return apply(name, [to_dtype(input, kind)])

    call.__name__ = name
    return call


def sigmoid_number(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


neg = unary("neg", operator.neg)
abs = unary("abs", operator.abs)
floor = unary("floor", math.floor)
square = unary("square", lambda x: x * x)
relu = unary("relu", lambda x: max(x, 0))
relu6 = unary("relu6")
silu = unary("silu")
hardswish = unary("hardswish")
hardsigmoid = unary("hardsigmoid")
exp = unary("exp", math.exp, True)
log = unary("log", math.log, True)
sqrt = unary("sqrt", math.sqrt, True)
rsqrt = unary("rsqrt", lambda x: x**-0.5, True)
reciprocal = unary("reciprocal", lambda x: 1 / x, True)
erf = unary("erf", math.erf, True)
sin = unary("sin", math.sin, True)
cos = unary("cos", math.cos, True)
sigmoid = unary("sigmoid", sigmoid_number, True)
tanh = unary("tanh", math.tanh, True)
maximum = binary("maximum", max)
minimum = binary("minimum", min)
gt = comparison("gt", operator.gt, "lt")
ge = comparison("ge", operator.ge, "le")
lt = comparison("lt", operator.lt, "gt")
le = comparison("le", operator.le, "ge")
eq = comparison("eq", operator.eq, "eq")
ne = comparison("ne", operator.ne, "ne")
acos = unary("acos", math.acos, True)
asin = unary("asin", math.asin, True)
atan = unary("atan", math.atan, True)
lgamma = unary("lgamma", math.lgamma, True)
erfinv = unary("erfinv", None, True)
digamma = unary("digamma", None, True)


def atan2(input, other, *, out=None):
    kind = promoted(input, other, floating=True)
    result = folded(math.atan2, (input, other), shape_of(input, other), kind)
    return result if result is not None else apply("atan2", [to_dtype(as_tensor_like(v, kind), kind) for v in (input, other)])


def logical_not(input):
    result = folded(operator.not_, (input,), input._shape, _dtypes.bool_)
    return result if result is not None else apply("logical_not", [to_dtype(input, _dtypes.bool_)])


def logical_and(input, other):
    return to_dtype(mul(to_dtype(input, _dtypes.int32), to_dtype(other, _dtypes.int32)), _dtypes.bool_)


def logical_or(input, other):
    return to_dtype(maximum(to_dtype(input, _dtypes.int32), to_dtype(other, _dtypes.int32)), _dtypes.bool_)


def logical_xor(input, other):
    return ne(to_dtype(input, _dtypes.int32), to_dtype(other, _dtypes.int32))


def ceil(input):
    result = folded(math.ceil, (input,), input._shape, input.dtype)
    return result if result is not None else neg(floor(neg(input)))


def sign(input):
    result = folded(lambda x: (x > 0) - (x < 0), (input,), input._shape, input.dtype)
    return result if result is not None else sub(to_dtype(gt(input, 0), input.dtype), to_dtype(lt(input, 0), input.dtype))


def log2(input):
    return mul(log(input), 1 / math.log(2))


def log10(input):
    return mul(log(input), 1 / math.log(10))


def log1p(input):
    return log(add(input, 1))


def expm1(input):
    return sub(exp(input), 1)


def clamp(input, min=None, max=None, *, out=None):
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        result = input if min is None else maximum(input, min)
        return result if max is None else minimum(result, max)

    def limit(x):
        x = x if min is None or x > min else min
        return x if max is None or x < max else max

    kind = result_type([input, *(bound for bound in (min, max) if bound is not None)])
    result = folded(limit, (input,), input._shape, kind)
    bounds = {"min": None if min is None else finite(min), "max": None if max is None else finite(max)}
    return result if result is not None else apply("clamp", [to_dtype(input, kind)], bounds)


def where(condition, input=None, other=None):
    if input is None:
        raise ValueDependent("torch.where(condition)", condition._shape)
    kind = result_type([input, other])
    shape = shape_of(condition, input, other)
    result = folded(lambda c, a, b: a if c else b, (condition, input, other), shape, kind)
    if result is not None:
        return result
    operands = [to_dtype(as_tensor_like(value, kind), kind) for value in (input, other)]
    return apply("where", [to_dtype(condition, _dtypes.bool_), *operands])


def masked_fill(input, mask, value):
    return where(mask, value if isinstance(value, Tensor) else Tensor((), input.dtype, _constants.uniform(value)), input)


def lerp(input, end, weight):
    return add(input, mul(sub(end, input), weight))


def addcmul(input, tensor1, tensor2, *, value=1):
    return add(input, mul(mul(tensor1, tensor2), value))


def addcdiv(input, tensor1, tensor2, *, value=1):
    return add(input, mul(div(tensor1, tensor2), value))


def isnan(input):
    return ne(input, input)
