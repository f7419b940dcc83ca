"""torch.nn.functional: argument names and defaults are PyTorch's; lowering goes to the op vocabulary."""
import math

from .. import _constants, _dtypes
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._missing import missing_attribute, pytorch_names
from .._recorder import UnsupportedOp, warn
from .._tensor import Tensor, apply, apply_all
from ._padding import pad
from ._losses import *  # noqa: F401,F403


def pair(value, name="argument", size=2):
    """A number for every side, or one a side."""
    if isinstance(value, (tuple, list)):
        if len(value) == 1:
            value = tuple(value) * size
        if len(value) != size:
            raise RuntimeError(f"{name} must be a tuple of {size} ints, but got a tuple of {len(value)} ints")
        return [int(v) for v in value]
    return [value.__index__()] * size


def finish(input, result, inplace):
    return input._become(result) if inplace else result


# Activations.
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


def elu(input, alpha=1.0, inplace=False):
    return finish(input, apply("elu", [input], {"alpha": alpha}), inplace)


def celu(input, alpha=1.0, inplace=False):
    return finish(input, pointwise.mul(elu(pointwise.div(input, alpha)), alpha), inplace)


def gelu(input, approximate="none"):
    return apply("gelu", [input], {"approximate": approximate})


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    return finish(input, apply("hardtanh", [input], {"min_val": min_val, "max_val": max_val}), inplace)


def softplus(input, beta=1, threshold=20):
    if threshold != 20:
        raise UnsupportedOp("softplus(threshold=…)", "softplus is supported with its default threshold of 20 only.")
    if beta == 1:
        return apply("softplus", [input])
    return pointwise.div(apply("softplus", [pointwise.mul(input, beta)]), beta)


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


# Dropout.
def probability(p):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def dropout(input, p=0.5, training=True, inplace=False):
    result = apply("dropout", [input], {"p": probability(p), "training": bool(training)})
    return finish(input, result, inplace)


def dropout2d(input, p=0.5, training=True, inplace=False):
    """Whole channels: the mask of an N×C×1×1 tensor of ones is spread over the plane."""
    if not training:
        return dropout(input, p, False, inplace)
    ones = Tensor([*input._shape[:2], *([1] * (input.ndim - 2))], input.dtype, _constants.uniform(1.0))
    return finish(input, pointwise.mul(input, dropout(ones, p, True)), inplace)


dropout1d = dropout3d = feature_dropout = dropout2d


# Linear algebra and convolution.
def linear(input, weight, bias=None):
    return apply("linear", [input, weight, bias])


def batched(input, planes, name):
    """PyTorch's convolutions take one unbatched image as well: it is given a batch of one."""
    if input.ndim == planes + 1:
        return shaping.unsqueeze(input, 0), True
    if input.ndim != planes + 2:
        raise RuntimeError(
            f"Expected {planes + 1}D (unbatched) or {planes + 2}D (batched) input to {name}, "
            f"but got input of size: {list(input._shape)}"
        )
    return input, False


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    input, lone = batched(input, 2, "conv2d")
    stride, dilation = pair(stride, "stride"), pair(dilation, "dilation")
    if isinstance(padding, str):
        input, padding = string_padding(input, weight, padding, stride, dilation)
    attributes = {"stride": stride, "padding": pair(padding, "padding"), "dilation": dilation, "groups": groups}
    result = apply("conv2d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result


def string_padding(input, weight, padding, stride, dilation):
    """'valid' is none; 'same' is what keeps the size, the odd one after the image."""
    if padding == "valid":
        return input, 0
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if stride != [1, 1]:
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(dilation, weight._shape[2:])]
    if any(total % 2 for total in totals):
        after = [total % 2 for total in totals]
        input = pad(input, [0, after[1], 0, after[0]])
    return input, [total // 2 for total in totals]


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    input, lone = batched(input, 2, "conv_transpose2d")
    attributes = {
        "stride": pair(stride, "stride"), "padding": pair(padding, "padding"), "dilation": pair(dilation, "dilation"),
        "groups": groups, "output_padding": pair(output_padding, "output_padding"),
    }  # fmt: skip
    result = apply("conv_transpose2d", [input, weight, bias], attributes)
    return shaping.squeeze(result, 0) if lone else result



def row(value, rest):
    return value if isinstance(value, str) else [rest, *pair(value, size=1)]


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    input, lone = batched(input, 1, "conv1d")
    result = conv2d(
        shaping.unsqueeze(input, 2), shaping.unsqueeze(weight, 2), bias,
        row(stride, 1), row(padding, 0), row(dilation, 1), groups,
    )  # fmt: skip
    result = shaping.squeeze(result, 2)
    return shaping.squeeze(result, 0) if lone else result


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    input, lone = batched(input, 1, "conv_transpose1d")
    result = conv_transpose2d(
        shaping.unsqueeze(input, 2), shaping.unsqueeze(weight, 2), bias,
        row(stride, 1), row(padding, 0), row(output_padding, 0), groups, row(dilation, 1),
    )  # fmt: skip
    result = shaping.squeeze(result, 2)
    return shaping.squeeze(result, 0) if lone else result


# Pooling.
def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if return_indices:
        raise UnsupportedOp("max_pool2d(return_indices=True)")
    kernel = pair(kernel_size, "kernel_size")
    attributes = {
        "kernel_size": kernel, "stride": kernel if stride is None or stride == [] else pair(stride, "stride"),
        "padding": pair(padding, "padding"), "dilation": pair(dilation, "dilation"), "ceil_mode": bool(ceil_mode),
    }  # fmt: skip
    return unbatched_pool("max_pool2d", input, attributes)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):  # fmt: skip
    kernel = pair(kernel_size, "kernel_size")
    attributes = {
        "kernel_size": kernel, "stride": kernel if stride is None or stride == [] else pair(stride, "stride"),
        "padding": pair(padding, "padding"), "ceil_mode": bool(ceil_mode),
        "count_include_pad": bool(count_include_pad), "divisor_override": divisor_override,
    }  # fmt: skip
    return unbatched_pool("avg_pool2d", input, attributes)


def unbatched_pool(op, input, attributes):
    if input.ndim == 3:
        return shaping.squeeze(apply(op, [shaping.unsqueeze(input, 0)], attributes), 0)
    return apply(op, [input], attributes)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    raise UnsupportedOp("torch.nn.functional.lp_pool2d")


def adaptive(op):
    def call(input, output_size, return_indices=False):
        if return_indices:
            raise UnsupportedOp(f"{op}(return_indices=True)")
        sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
        sizes = [present if size is None else size for size, present in zip(sizes, input._shape[-2:])]
        return unbatched_pool(op, input, {"output_size": sizes})

    return call


adaptive_avg_pool2d = adaptive("adaptive_avg_pool2d")
adaptive_max_pool2d = adaptive("adaptive_max_pool2d")


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    plane = max_pool2d(
        shaping.unsqueeze(input, -2), row(kernel_size, 1), row(kernel_size if stride is None else stride, 1),
        row(padding, 0), row(dilation, 1), ceil_mode, return_indices,
    )  # fmt: skip
    return shaping.squeeze(plane, -2)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    plane = avg_pool2d(
        shaping.unsqueeze(input, -2), row(kernel_size, 1), row(kernel_size if stride is None else stride, 1),
        row(padding, 0), ceil_mode, count_include_pad,
    )  # fmt: skip
    return shaping.squeeze(plane, -2)


def adaptive_avg_pool1d(input, output_size):
    return shaping.squeeze(adaptive_avg_pool2d(shaping.unsqueeze(input, -2), row(output_size, 1)), -2)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    return shaping.squeeze(adaptive_max_pool2d(shaping.unsqueeze(input, -2), row(output_size, 1), return_indices), -2)


# Normalisation.
def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05):
    if training and input.numel() == input.size(1) and input.ndim >= 2:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input._shape}")
    inputs = [input, weight, bias, running_mean, running_var]
    attributes = {"training": bool(training), "momentum": float(momentum), "eps": eps}
    outputs = apply_all("batch_norm", inputs, attributes)
    if training and running_mean is not None:
        running_mean._become(outputs[3])
        running_var._become(outputs[4])
    return outputs[0]


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05):
    sizes = list(normalized_shape)
    if list(input._shape[-len(sizes):]) != sizes:
        raise RuntimeError(
            f"Given normalized_shape={sizes}, expected input with shape [*, {', '.join(map(str, sizes))}], "
            f"but got input of size{list(input._shape)}"
        )
    return affine(standardized(input, [-1 - i for i in range(len(sizes))], eps), weight, bias)


def standardized(input, dims, eps):
    centered = pointwise.sub(input, reductions.mean(input, dims, True))
    variance = reductions.mean(pointwise.square(centered), dims, True)
    return pointwise.mul(centered, pointwise.rsqrt(pointwise.add(variance, eps)))


def affine(input, weight, bias):
    if weight is not None:
        input = pointwise.mul(input, weight)
    return input if bias is None else pointwise.add(input, bias)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05):
    if input.size(1) % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(input._shape)} and num_groups={num_groups}"
        )
    groups = shaping.reshape(input, input.size(0), num_groups, -1)
    result = shaping.reshape(standardized(groups, [-1], eps), input._shape)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def channels(value, rank):
    return None if value is None else value.reshape([-1] + [1] * (rank - 2))


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-05):  # fmt: skip
    if running_mean is not None or not use_input_stats:
        raise UnsupportedOp("instance_norm with running statistics")
    result = standardized(input, list(range(2, input.ndim)), eps)
    return affine(result, *(channels(value, input.ndim) for value in (weight, bias)))


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    return pointwise.div(input, pointwise.clamp(reductions.norm(input, p, dim, True), min=eps))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    dims = [-1 - i for i in range(len(normalized_shape))]
    scale = pointwise.add(reductions.mean(pointwise.square(input), dims, True), 1.1920929e-07 if eps is None else eps)
    return affine(pointwise.mul(input, pointwise.rsqrt(scale)), weight, None)


# Resizing.
def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None,
                recompute_scale_factor=None, antialias=False):  # fmt: skip
    planes = input.ndim - 2
    if (size is None) == (scale_factor is None):
        both = "only one of size or scale_factor should be defined"
        raise ValueError("either size or scale_factor should be defined" if size is None else both)
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if planes == 1:
        sizes = None if size is None else row(size, 1)
        factors = None if scale_factor is None else [1.0, *number_list(scale_factor, 1)]
        plane_mode = {"linear": "bilinear"}.get(mode, mode)
        plane = interpolate(shaping.unsqueeze(input, 2), sizes, factors, plane_mode, align_corners)
        return shaping.squeeze(plane, 2)
    if planes != 2:
        raise UnsupportedOp(f"interpolate on {input.ndim}-dimensional input")
    sizes = output_sizes(input, size, scale_factor, planes)
    if mode == "area":
        return adaptive_avg_pool2d(input, sizes)
    if mode not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise NotImplementedError(f"Got 4D input, but {mode} mode needs {'3D' if mode == 'linear' else '5D'} input")
    attributes = {"size": sizes, "mode": mode, "align_corners": bool(align_corners), "antialias": bool(antialias)}
    return apply("interpolate", [input], attributes)


def number_list(value, count):
    return list(value) if isinstance(value, (tuple, list)) else [value] * count


def output_sizes(input, size, scale_factor, planes):
    if size is not None:
        return pair(size, "size", planes)
    sizes = []
    for extent, factor in zip(input._shape[2:], number_list(scale_factor, planes)):
        exact = float(extent) * float(factor)
        sizes.append(math.floor(exact))
        if exact != sizes[-1]:
            warn(
                "scale-factor-rounding",
                f"Scaling {extent} by {factor} gives {exact:g}, which is cut to {sizes[-1]}: PyTorch then samples at "
                "1/scale_factor, CNN Lab at the ratio of the two sizes, so that results differ slightly.",
                "Pass size=… instead of scale_factor=… for equal results.",
            )
    return sizes


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    return interpolate(input, size, scale_factor, mode, align_corners)


def pixel_shuffle(input, upscale_factor):
    r = upscale_factor
    *batch, c, h, w = input._shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={c} is not divisible by {r * r}"
        )
    split = shaping.reshape(input, [-1, c // (r * r), r, r, h, w])
    return shaping.reshape(shaping.permute(split, 0, 1, 4, 2, 5, 3), [*batch, c // (r * r), h * r, w * r])


def pixel_unshuffle(input, downscale_factor):
    r = downscale_factor
    *batch, c, h, w = input._shape
    split = shaping.reshape(input, [-1, c, h // r, r, w // r, r])
    return shaping.reshape(shaping.permute(split, 0, 1, 3, 5, 2, 4), [*batch, c * r * r, h // r, w // r])


def channel_shuffle(input, groups):
    n, c, *plane = input._shape
    split = shaping.reshape(input, [n, groups, c // groups, *plane])
    return shaping.reshape(shaping.transpose(split, 1, 2), input._shape)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    scale = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    scores = pointwise.mul(reductions.matmul(query, shaping.transpose(key, -2, -1)), scale)
    if is_causal:
        ones = Tensor(scores._shape[-2:], _dtypes.bool_, _constants.uniform(True))
        attn_mask = shaping.tril(ones)
    if attn_mask is not None and attn_mask.dtype is _dtypes.bool_:
        scores = pointwise.where(attn_mask, scores, -math.inf)
    elif attn_mask is not None:
        scores = pointwise.add(scores, attn_mask)
    weights = reductions.softmax(scores, -1)
    if dropout_p:
        weights = dropout(weights, dropout_p)
    return reductions.matmul(weights, value)


def one_hot(tensor, num_classes=-1):
    if num_classes < 0:
        raise UnsupportedOp("one_hot without num_classes", hint="Pass num_classes.")
    planes = apply("one_hot", [tensor], {"num_classes": num_classes})
    return pointwise.to_dtype(shaping.movedim(planes, 1, -1) if tensor.ndim else planes, _dtypes.int64)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """One-hot rows times the table: the same numbers and gradients, for tables of moderate size."""
    rows = apply("one_hot", [shaping.flatten(input)], {"num_classes": weight.size(0)})
    return shaping.reshape(reductions.matmul(rows, weight), [*input._shape, weight.size(1)])


def cosine_similarity(x1, x2, dim=1, eps=1e-08):
    product = reductions.sum(pointwise.mul(x1, x2), dim)
    lengths = pointwise.mul(reductions.norm(x1, 2, dim), reductions.norm(x2, 2, dim))
    return pointwise.div(product, pointwise.clamp(lengths, min=eps))


def in_place(function):
    def call(input, *args, **kwargs):
        return function(input, *args, inplace=True, **kwargs)

    return call


relu_, relu6_, leaky_relu_, elu_, hardtanh_, selu_ = map(in_place, (relu, relu6, leaky_relu, elu, hardtanh, selu))

__getattr__ = missing_attribute(
    "torch.nn.functional", lambda: pytorch_names()["torch.nn.functional"], lambda: list(globals())
)
