"""Activations: an op each, or a few. `inplace` makes the input itself hold the result."""
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._recorder import UnsupportedOp
from .._tensor import apply


def finish(input, result, inplace):
    return input._become(result) if inplace else result


def activation(function):
    def call(input, inplace=False):
        return finish(input, function(input), inplace)

    return call


relu = activation(pointwise.relu)

relu6 = activation(pointwise.relu6)

silu = activation(pointwise.silu)

hardswish = activation(pointwise.hardswish)

hardsigmoid = activation(pointwise.hardsigmoid)

mish = activation(lambda x: pointwise.mul(x, tanh(softplus(x))))

selu = activation(lambda x: pointwise.mul(elu(x, 1.6732632423543772), 1.0507009873554805))


def sigmoid(input):
    return pointwise.sigmoid(input)


def tanh(input):
    return pointwise.tanh(input)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    return finish(input, apply("leaky_relu", [input], {"negative_slope": negative_slope}), inplace)


def rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False):
    if training:
        raise UnsupportedOp("rrelu(training=True)", "rrelu draws a slope for each number, which is not supported.")
    return leaky_relu(input, (lower + upper) / 2, inplace)


def elu(input, alpha=1.0, inplace=False):
    return finish(input, apply("elu", [input], {"alpha": alpha}), inplace)


def celu(input, alpha=1.0, inplace=False):
    return finish(input, pointwise.mul(elu(pointwise.div(input, alpha)), alpha), inplace)


def gelu(input, approximate="none"):
    return apply("gelu", [input], {"approximate": approximate})


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    return finish(input, apply("hardtanh", [input], {"min_val": min_val, "max_val": max_val}), inplace)


def softplus(input, beta=1, threshold=20):
    scaled = input if beta == 1 else pointwise.mul(input, beta)
    result = apply("softplus", [scaled])
    result = result if beta == 1 else pointwise.mul(result, 1 / beta)
    # The op is linear above 20 by itself; past that, both forms are equal in float32.
    return result if threshold >= 20 else pointwise.where(pointwise.gt(scaled, threshold), input, result)


def logsigmoid(input):
    return pointwise.neg(softplus(pointwise.neg(input)))


def softsign(input):
    return pointwise.div(input, pointwise.add(pointwise.abs(input), 1))


def tanhshrink(input):
    return pointwise.sub(input, tanh(input))


def threshold(input, threshold, value, inplace=False):
    return finish(input, pointwise.where(pointwise.gt(input, threshold), input, value), inplace)


def hardshrink(input, lambd=0.5):
    return pointwise.where(pointwise.gt(pointwise.abs(input), lambd), input, 0)


def softshrink(input, lambd=0.5):
    return pointwise.sub(relu(pointwise.sub(input, lambd)), relu(pointwise.sub(pointwise.neg(input), lambd)))


def prelu(input, weight):
    shape = [1, -1] + [1] * (input.ndim - 2) if input.ndim > 1 else [-1]
    negative = pointwise.mul(weight.reshape(shape), relu(pointwise.neg(input)))
    return pointwise.sub(relu(input), negative)


def glu(input, dim=-1):
    if input.size(dim) % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {input.size(dim)}")
    value, gate = shaping.chunk(input, 2, dim)
    return pointwise.mul(value, sigmoid(gate))


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return reductions.softmax(input, dim, dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return reductions.log_softmax(input, dim, dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return reductions.softmax(pointwise.neg(input), dim, dtype)


def in_place(function):
    def call(input, *args, **kwargs):
        return function(input, *args, inplace=True, **kwargs)

    return call


relu_, relu6_, leaky_relu_, elu_, hardtanh_, selu_ = map(in_place, (relu, relu6, leaky_relu, elu, hardtanh, selu))
