"""Modules without parameters: each is a row that names its arguments and calls one function."""
from .. import functional as F
from ... import _shaping as shaping
from .module import Module

REQUIRED = object()


def layer(name, arguments, forward):
    """A Module class. `arguments`: defaults by name; they become attributes. `forward(self, *inputs)`."""

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        values = dict(zip(arguments, args))
        if len(args) > len(arguments):
            raise TypeError(
                f"{name}.__init__() takes from 1 to {len(arguments) + 1} positional arguments but {len(args) + 1} "
                "were given"
            )
        for key, value in kwargs.items():
            if key not in arguments:
                raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
            if key in values:
                raise TypeError(f"{name}.__init__() got multiple values for argument '{key}'")
            values[key] = value
        for key, default in arguments.items():
            value = values.get(key, default)
            if value is REQUIRED:
                raise TypeError(f"{name}.__init__() missing 1 required positional argument: '{key}'")
            setattr(self, key, value)

    def extra_repr(self):
        return ", ".join(f"{key}={getattr(self, key)}" for key in arguments)

    body = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr, "__module__": "torch.nn"}
    return type(name, (Module,), body)


INPLACE = {"inplace": False}


def simple(name, function):
    return layer(name, {}, lambda self, input: function(input))


def inplace(name, function):
    return layer(name, INPLACE, lambda self, input: function(input, self.inplace))


ReLU = inplace("ReLU", F.relu)
ReLU6 = inplace("ReLU6", F.relu6)
SELU = inplace("SELU", F.selu)
SiLU = inplace("SiLU", F.silu)
Mish = inplace("Mish", F.mish)
Hardswish = inplace("Hardswish", F.hardswish)
Hardsigmoid = inplace("Hardsigmoid", F.hardsigmoid)
Sigmoid = simple("Sigmoid", F.sigmoid)
Tanh = simple("Tanh", F.tanh)
LogSigmoid = simple("LogSigmoid", F.logsigmoid)
Softsign = simple("Softsign", F.softsign)
Tanhshrink = simple("Tanhshrink", F.tanhshrink)
LeakyReLU = layer(
    "LeakyReLU", {"negative_slope": 0.01, **INPLACE}, lambda s, x: F.leaky_relu(x, s.negative_slope, s.inplace)
)
RReLU = layer(
    "RReLU", {"lower": 0.125, "upper": 0.3333333333333333, **INPLACE},
    lambda s, x: F.rrelu(x, s.lower, s.upper, s.training, s.inplace),
)  # fmt: skip
ELU = layer("ELU", {"alpha": 1.0, **INPLACE}, lambda s, x: F.elu(x, s.alpha, s.inplace))
CELU = layer("CELU", {"alpha": 1.0, **INPLACE}, lambda s, x: F.celu(x, s.alpha, s.inplace))
GELU = layer("GELU", {"approximate": "none"}, lambda s, x: F.gelu(x, s.approximate))
GLU = layer("GLU", {"dim": -1}, lambda s, x: F.glu(x, s.dim))
Hardtanh = layer(
    "Hardtanh", {"min_val": -1.0, "max_val": 1.0, **INPLACE},
    lambda s, x: F.hardtanh(x, s.min_val, s.max_val, s.inplace),
)  # fmt: skip
Hardshrink = layer("Hardshrink", {"lambd": 0.5}, lambda s, x: F.hardshrink(x, s.lambd))
Softshrink = layer("Softshrink", {"lambd": 0.5}, lambda s, x: F.softshrink(x, s.lambd))
Softplus = layer("Softplus", {"beta": 1, "threshold": 20}, lambda s, x: F.softplus(x, s.beta, s.threshold))
Threshold = layer(
    "Threshold", {"threshold": REQUIRED, "value": REQUIRED, **INPLACE},
    lambda s, x: F.threshold(x, s.threshold, s.value, s.inplace),
)  # fmt: skip
Softmax = layer("Softmax", {"dim": None}, lambda s, x: F.softmax(x, s.dim))
LogSoftmax = layer("LogSoftmax", {"dim": None}, lambda s, x: F.log_softmax(x, s.dim))
Softmin = layer("Softmin", {"dim": None}, lambda s, x: F.softmin(x, s.dim))
Softmax2d = simple("Softmax2d", lambda x: F.softmax(x, -3))


def dropout_layer(name, function):
    def __init__(self, p=0.5, inplace=False):
        Module.__init__(self)
        F.probability(p)
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return function(input, self.p, self.training, self.inplace)

    body = {"__init__": __init__, "forward": forward, "__module__": "torch.nn"}
    body["extra_repr"] = lambda self: f"p={self.p}, inplace={self.inplace}"
    return type(name, (Module,), body)


Dropout = dropout_layer("Dropout", F.dropout)
Dropout1d = dropout_layer("Dropout1d", F.dropout1d)
Dropout2d = dropout_layer("Dropout2d", F.dropout2d)
Dropout3d = dropout_layer("Dropout3d", F.dropout3d)
AlphaDropout = dropout_layer("AlphaDropout", F.alpha_dropout)
FeatureAlphaDropout = dropout_layer("FeatureAlphaDropout", F.feature_alpha_dropout)

MAX_POOL = {"kernel_size": REQUIRED, "stride": None, "padding": 0, "dilation": 1, "return_indices": False,
            "ceil_mode": False}  # fmt: skip
AVG_POOL = {"kernel_size": REQUIRED, "stride": None, "padding": 0, "ceil_mode": False, "count_include_pad": True}


def max_pool(name, function):
    return layer(name, MAX_POOL, lambda s, x: function(
        x, s.kernel_size, s.stride, s.padding, s.dilation, s.ceil_mode, s.return_indices
    ))  # fmt: skip


MaxPool1d = max_pool("MaxPool1d", F.max_pool1d)
MaxPool2d = max_pool("MaxPool2d", F.max_pool2d)
MaxPool3d = max_pool("MaxPool3d", F.max_pool3d)
AvgPool1d = layer(
    "AvgPool1d", AVG_POOL,
    lambda s, x: F.avg_pool1d(x, s.kernel_size, s.stride, s.padding, s.ceil_mode, s.count_include_pad),
)  # fmt: skip
AvgPool2d = layer(
    "AvgPool2d", {**AVG_POOL, "divisor_override": None},
    lambda s, x: F.avg_pool2d(
        x, s.kernel_size, s.stride, s.padding, s.ceil_mode, s.count_include_pad, s.divisor_override
    ),
)  # fmt: skip
AvgPool3d = layer(
    "AvgPool3d", {**AVG_POOL, "divisor_override": None},
    lambda s, x: F.avg_pool3d(
        x, s.kernel_size, s.stride, s.padding, s.ceil_mode, s.count_include_pad, s.divisor_override
    ),
)  # fmt: skip
LP_POOL = {"norm_type": REQUIRED, "kernel_size": REQUIRED, "stride": None, "ceil_mode": False}
LPPool1d = layer("LPPool1d", LP_POOL, lambda s, x: F.lp_pool1d(x, s.norm_type, s.kernel_size, s.stride, s.ceil_mode))
LPPool2d = layer("LPPool2d", LP_POOL, lambda s, x: F.lp_pool2d(x, s.norm_type, s.kernel_size, s.stride, s.ceil_mode))
LPPool3d = layer("LPPool3d", LP_POOL, lambda s, x: F.lp_pool3d(x, s.norm_type, s.kernel_size, s.stride, s.ceil_mode))


def unpool_layer(name, function):
    def __init__(self, kernel_size, stride=None, padding=0):
        Module.__init__(self)
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride

    def forward(self, input, indices, output_size=None):
        return function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    return type(name, (Module,), {"__init__": __init__, "forward": forward, "__module__": "torch.nn"})


MaxUnpool1d = unpool_layer("MaxUnpool1d", F.max_unpool1d)
MaxUnpool2d = unpool_layer("MaxUnpool2d", F.max_unpool2d)
MaxUnpool3d = unpool_layer("MaxUnpool3d", F.max_unpool3d)
FRACTIONAL = {"kernel_size": REQUIRED, "output_size": None, "output_ratio": None, "return_indices": False,
              "_random_samples": None}  # fmt: skip


def fractional_pool(name, function):
    return layer(name, FRACTIONAL, lambda s, x: function(
        x, s.kernel_size, s.output_size, s.output_ratio, s.return_indices
    ))  # fmt: skip


FractionalMaxPool2d = fractional_pool("FractionalMaxPool2d", F.fractional_max_pool2d)
FractionalMaxPool3d = fractional_pool("FractionalMaxPool3d", F.fractional_max_pool3d)
SIZE = {"output_size": REQUIRED}
AdaptiveAvgPool1d = layer("AdaptiveAvgPool1d", SIZE, lambda s, x: F.adaptive_avg_pool1d(x, s.output_size))
AdaptiveAvgPool2d = layer("AdaptiveAvgPool2d", SIZE, lambda s, x: F.adaptive_avg_pool2d(x, s.output_size))
AdaptiveAvgPool3d = layer("AdaptiveAvgPool3d", SIZE, lambda s, x: F.adaptive_avg_pool3d(x, s.output_size))
MAX_SIZE = {**SIZE, "return_indices": False}
AdaptiveMaxPool1d = layer(
    "AdaptiveMaxPool1d", MAX_SIZE, lambda s, x: F.adaptive_max_pool1d(x, s.output_size, s.return_indices)
)
AdaptiveMaxPool2d = layer(
    "AdaptiveMaxPool2d", MAX_SIZE, lambda s, x: F.adaptive_max_pool2d(x, s.output_size, s.return_indices)
)
AdaptiveMaxPool3d = layer(
    "AdaptiveMaxPool3d", MAX_SIZE, lambda s, x: F.adaptive_max_pool3d(x, s.output_size, s.return_indices)
)

Flatten = layer("Flatten", {"start_dim": 1, "end_dim": -1}, lambda s, x: shaping.flatten(x, s.start_dim, s.end_dim))
Unflatten = layer(
    "Unflatten", {"dim": REQUIRED, "unflattened_size": REQUIRED},
    lambda s, x: shaping.unflatten(x, s.dim, s.unflattened_size),
)  # fmt: skip
Upsample = layer(
    "Upsample",
    {"size": None, "scale_factor": None, "mode": "nearest", "align_corners": None, "recompute_scale_factor": None},
    lambda s, x: F.interpolate(x, s.size, s.scale_factor, s.mode, s.align_corners),
)
SCALE = {"size": None, "scale_factor": None}
UpsamplingNearest2d = layer("UpsamplingNearest2d", SCALE, lambda s, x: F.interpolate(x, s.size, s.scale_factor))
UpsamplingBilinear2d = layer(
    "UpsamplingBilinear2d", SCALE, lambda s, x: F.interpolate(x, s.size, s.scale_factor, "bilinear", True)
)
PixelShuffle = layer("PixelShuffle", {"upscale_factor": REQUIRED}, lambda s, x: F.pixel_shuffle(x, s.upscale_factor))
PixelUnshuffle = layer(
    "PixelUnshuffle", {"downscale_factor": REQUIRED}, lambda s, x: F.pixel_unshuffle(x, s.downscale_factor)
)
ChannelShuffle = layer("ChannelShuffle", {"groups": REQUIRED}, lambda s, x: F.channel_shuffle(x, s.groups))

Unfold = layer(
    "Unfold", {"kernel_size": REQUIRED, "dilation": 1, "padding": 0, "stride": 1},
    lambda s, x: F.unfold(x, s.kernel_size, s.dilation, s.padding, s.stride),
)  # fmt: skip
Fold = layer(
    "Fold", {"output_size": REQUIRED, "kernel_size": REQUIRED, "dilation": 1, "padding": 0, "stride": 1},
    lambda s, x: F.fold(x, s.output_size, s.kernel_size, s.dilation, s.padding, s.stride),
)  # fmt: skip
LocalResponseNorm = layer(
    "LocalResponseNorm", {"size": REQUIRED, "alpha": 0.0001, "beta": 0.75, "k": 1.0},
    lambda s, x: F.local_response_norm(x, s.size, s.alpha, s.beta, s.k),
)  # fmt: skip


def padding_layer(name, mode, sides=4):
    arguments = {"padding": REQUIRED, **({"value": REQUIRED} if mode == "value" else {})}

    def forward(self, input):
        amounts = [self.padding] * sides if isinstance(self.padding, int) else list(self.padding)
        if mode in ("constant", "value"):
            return F.pad(input, amounts, "constant", getattr(self, "value", 0))
        return F.pad(input, amounts, mode)

    return layer(name, arguments, forward)


ZeroPad1d = padding_layer("ZeroPad1d", "constant", 2)
ZeroPad2d = padding_layer("ZeroPad2d", "constant")
ConstantPad1d = padding_layer("ConstantPad1d", "value", 2)
ConstantPad2d = padding_layer("ConstantPad2d", "value")
ReflectionPad1d = padding_layer("ReflectionPad1d", "reflect", 2)
ReflectionPad2d = padding_layer("ReflectionPad2d", "reflect")
ReplicationPad1d = padding_layer("ReplicationPad1d", "replicate", 2)
ReplicationPad2d = padding_layer("ReplicationPad2d", "replicate")
CircularPad1d = padding_layer("CircularPad1d", "circular", 2)
CircularPad2d = padding_layer("CircularPad2d", "circular")
ZeroPad3d = padding_layer("ZeroPad3d", "constant", 6)
ConstantPad3d = padding_layer("ConstantPad3d", "value", 6)
ReflectionPad3d = padding_layer("ReflectionPad3d", "reflect", 6)
ReplicationPad3d = padding_layer("ReplicationPad3d", "replicate", 6)
CircularPad3d = padding_layer("CircularPad3d", "circular", 6)


class Identity(Module):
    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, input):
        return input
