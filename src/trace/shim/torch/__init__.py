"""CNN Lab's stand-in for PyTorch: the same calls, on tensors that know their shape and dtype but not their numbers.

Every op is recorded with the user's expression that made it. Written for CNN Lab; no code of PyTorch is in it.
"""
import builtins as _builtins

from . import _recorder
from ._creation import (
    arange, empty, empty_like, eye, full, full_like, linspace, logspace, normal, ones, ones_like, rand, rand_like, randint,
    randn, randn_like, randperm, tensor, zeros, zeros_like,
)  # fmt: skip
from ._dtypes import Size, bfloat16, device, dtype, float16, float32, float64, int8, int16, int32, int64, uint8
from ._dtypes import bool_ as bool
from ._methods import install as _install
from ._inert import Inert as _Inert
from ._inert import false as _false
from ._inert import nothing as _nothing
from ._missing import missing_attribute as _missing_attribute
from ._missing import pytorch_names as _pytorch_names
from ._tensor import Tensor
from ._tensor import functions as _functions

_install()
globals().update(_functions)

float, double, half = float32, float64, float16
long, int, short = int64, int32, int16
as_tensor = from_numpy = asarray = tensor
__version__ = "2.4.0+cnnlab"
inf, nan, pi, e = _builtins.float("inf"), _builtins.float("nan"), 3.141592653589793, 2.718281828459045
strided, channels_last, contiguous_format, preserve_format = "strided", "channels_last", "contiguous", "preserve"
newaxis = None
memory_format = layout = str


no_grad = enable_grad = inference_mode = set_grad_enabled = autocast = _Inert


manual_seed = seed = save = set_default_dtype = set_default_device = set_num_threads = set_printoptions = _nothing
set_float32_matmul_precision = use_deterministic_algorithms = _nothing
is_grad_enabled = is_inference_mode_enabled = _false


def is_tensor(obj):
    return isinstance(obj, Tensor)


def is_floating_point(input):
    return input.dtype.is_floating_point


def numel(input):
    return input.numel()


def get_default_dtype():
    return float32


def result_type(a, b):
    from ._dtypes import result_type as infer

    return infer([a, b])


def compile(model=None, **_):
    return model if model is not None else (lambda function: function)


def _assert(condition, message=""):
    if not isinstance(condition, Tensor):
        assert condition, message


def load(*_, **__):
    raise _recorder.UnsupportedOp(
        "torch.load", "torch.load reads a file, and no files can be read while tracing.",
        "Load weights under `if __name__ == '__main__':`, or choose them as initial weights.",
    )  # fmt: skip


class finfo:
    def __init__(self, type=None):
        self.eps, self.max, self.min, self.tiny = 1.1920928955078125e-07, 3.4028234663852886e38, -3.4028234663852886e38, 1.1754943508222875e-38


class Generator:
    def __init__(self, *_, **__):
        pass

    def manual_seed(self, *_):
        return self


from . import nn  # noqa: E402
from .nn import functional as _F  # noqa: E402
from .nn.parameter import Parameter as _Parameter  # noqa: E402, F401

for _name in """adaptive_avg_pool1d adaptive_max_pool1d affine_grid alpha_dropout avg_pool1d batch_norm bilinear
binary_cross_entropy_with_logits cdist celu channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d
conv_transpose3d cosine_embedding_loss cosine_similarity ctc_loss dropout embedding embedding_bag feature_alpha_dropout
feature_dropout group_norm hardshrink hinge_embedding_loss instance_norm kl_div layer_norm margin_ranking_loss max_pool1d
max_pool2d max_pool3d native_channel_shuffle pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu
relu_ rms_norm rrelu selu threshold triplet_margin_loss""".split():
    globals()[_name] = getattr(_F, _name)

from . import _namespaces, optim, utils  # noqa: E402, F401

FloatTensor = LongTensor = lambda data=(): tensor(data)
__getattr__ = _missing_attribute("torch", lambda: _pytorch_names()["torch"], lambda: list(globals()))
