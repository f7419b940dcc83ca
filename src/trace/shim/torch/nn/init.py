"""torch.nn.init: every function becomes fills and draws with their bounds worked out."""
import math

from .._creation import fill_in_place
from .._missing import missing_attribute, pytorch_names


def uniform_(tensor, a=0.0, b=1.0, generator=None):
    return fill_in_place(tensor, {"kind": "uniform", "low": a, "high": b})


def normal_(tensor, mean=0.0, std=1.0, generator=None):
    return fill_in_place(tensor, {"kind": "normal", "mean": mean, "std": std})


def constant_(tensor, val):
    return fill_in_place(tensor, {"kind": "constant", "value": val})


def ones_(tensor):
    return constant_(tensor, 1.0)


def zeros_(tensor):
    return constant_(tensor, 0.0)


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor._shape[2:])
    return tensor._shape[1] * field, tensor._shape[0] * field


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def calculate_gain(nonlinearity, param=None):
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    gains = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    plain = ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
             "sigmoid")  # fmt: skip
    if nonlinearity in plain:
        return 1
    if nonlinearity not in gains:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return gains[nonlinearity]


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    if 0 in tensor._shape:
        return tensor
    std = calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    if 0 in tensor._shape:
        return tensor
    return normal_(tensor, 0, calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode)))


def xavier_uniform_(tensor, gain=1.0, generator=None):
    bound = math.sqrt(3.0) * gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor))))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor, gain=1.0, generator=None):
    return normal_(tensor, 0, gain * math.sqrt(2.0 / float(sum(_calculate_fan_in_and_fan_out(tensor)))))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Uniform between the quantiles of the bounds, through the normal distribution's inverse, as PyTorch draws it."""
    low, high = (2 * ((1.0 + math.erf((bound - mean) / std / math.sqrt(2.0))) / 2.0) - 1 for bound in (a, b))
    return fill_in_place(
        tensor, {"kind": "trunc_normal", "low": low, "high": high, "mean": mean, "std": std, "a": a, "b": b}
    )


def eye_(tensor):
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return fill_in_place(tensor, {"kind": "eye"})


def dirac_(tensor, groups=1):
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor._shape[0] % groups != 0:
        raise ValueError("dim 0 must be divisible by groups")
    return fill_in_place(tensor, {"kind": "dirac", "groups": groups})


def orthogonal_(tensor, gain=1, generator=None):
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    return fill_in_place(tensor, {"kind": "orthogonal", "gain": gain})


def sparse_(tensor, sparsity, std=0.01, generator=None):
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return fill_in_place(tensor, {"kind": "sparse", "sparsity": sparsity, "std": std})


# The names that PyTorch keeps for old code.
uniform, normal, constant, eye, dirac = uniform_, normal_, constant_, eye_, dirac_
xavier_uniform, xavier_normal = xavier_uniform_, xavier_normal_
kaiming_uniform, kaiming_normal, orthogonal = kaiming_uniform_, kaiming_normal_, orthogonal_
sparse = sparse_

__getattr__ = missing_attribute("torch.nn.init", lambda: pytorch_names()["torch.nn.init"], lambda: list(globals()))
