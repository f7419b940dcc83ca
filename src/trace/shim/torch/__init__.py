"""CNN Lab's stand-in for PyTorch: the same calls, on tensors that know their shape and dtype but not their numbers.

Every op is recorded with the user's expression that made it. Written for CNN Lab; no code of PyTorch is in it.
"""
import builtins as _builtins
import sys as _sys
import types as _types

from . import _recorder, _toolchain
from ._creation import (
    arange, empty, empty_like, eye, full, full_like, linspace, logspace, normal, ones, ones_like, rand, rand_like, randint,
    randn, randn_like, randperm, tensor, zeros, zeros_like,
)  # fmt: skip
from ._dtypes import Size, bfloat16, device, dtype, float16, float32, float64, int8, int16, int32, int64, uint8
from ._dtypes import bool_ as bool
from ._methods import install as _install
from ._missing import Missing as _Missing
from ._missing import missing_attribute as _missing_attribute
from ._missing import pytorch_names as _pytorch_names
from ._reductions import vector_norm as _vector_norm
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


class _Inert:
    """A context manager and decorator that does nothing: gradients and devices are decided later."""

    def __init__(self, *_, **__):
        pass

    def __new__(cls, *args, **__):
        if len(args) == 1 and callable(args[0]) and not isinstance(args[0], type):
            return args[0]
        return object.__new__(cls)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __call__(self, function):
        return function


no_grad = enable_grad = inference_mode = set_grad_enabled = autocast = _Inert


def _nothing(*_, **__):
    return None


def _false(*_, **__):
    return False


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


def _module(name, **contents):
    module = _types.ModuleType(f"torch.{name}")
    module.__dict__.update(contents)
    module.__path__ = []

    def missing(attribute):
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(attribute)
        return _Missing(f"torch.{name}.{attribute}")

    module.__getattr__ = missing
    _sys.modules[f"torch.{name}"] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(_sys.modules[f"torch.{parent}"], child, module)
    else:
        globals()[name] = module
    return module


def _identity(value=None, *_, **__):
    return value if value is not None else (lambda function: function)


from . import nn  # noqa: E402
from .nn import functional as _F  # noqa: E402
from .nn.parameter import Parameter as _Parameter  # noqa: E402, F401

for _name in """adaptive_avg_pool1d avg_pool1d batch_norm bilinear cdist celu channel_shuffle conv1d conv2d conv_transpose1d
conv_transpose2d cosine_similarity dropout group_norm hardshrink instance_norm layer_norm max_pool1d max_pool2d
pairwise_distance pixel_shuffle pixel_unshuffle prelu relu_ rms_norm rrelu selu threshold""".split():
    globals()[_name] = getattr(_F, _name)

_module("jit", script=_identity, ignore=_identity, unused=_identity, export=_identity, trace=_identity,
        is_scripting=_false, is_tracing=_false, annotate=lambda kind, value: value, Final=_types.GenericAlias(list, object),
        ScriptModule=nn.Module, script_if_tracing=_identity)  # fmt: skip
_module("cuda", is_available=_false, device_count=lambda: 0, empty_cache=_nothing, manual_seed=_nothing,
        manual_seed_all=_nothing, synchronize=_nothing, is_bf16_supported=_false)  # fmt: skip
_module("cuda.amp", autocast=_Inert, GradScaler=_Inert)
_module("amp", autocast=_Inert, GradScaler=_Inert)
_module("mps", is_available=_false)
_module("backends")
_module("backends.cudnn", benchmark=False, deterministic=False, enabled=False, is_available=_false)
_module("backends.mps", is_available=_false, is_built=_false)
_module("backends.cuda", matmul=_types.SimpleNamespace(allow_tf32=False))
_module("autograd", Variable=lambda data, **_: data, set_detect_anomaly=_Inert, Function=_toolchain.Function)
_module("autograd.function", Function=_toolchain.Function, once_differentiable=_identity)
_module("random", manual_seed=_nothing)
_module("version", cuda=None)
_module("fft")
_module("linalg", norm=_functions["norm"], matmul=_functions["matmul"], vector_norm=_vector_norm)
_module("special", expit=_functions["sigmoid"], **{name: _functions[name] for name in "erf erfc exp2 expm1 log1p log_softmax logit logsumexp round softmax xlogy".split()})
_module("hub", get_dir=_toolchain.cache_folder, _get_torch_home=_toolchain.cache_folder, set_dir=_nothing,
        load_state_dict_from_url=_toolchain.no_download, download_url_to_file=_toolchain.no_download,
        load=_toolchain.no_download)  # fmt: skip
_module("distributed", is_available=_false, is_initialized=_false)
_module("fx", wrap=_identity)
_module("_C", _log_api_usage_once=_nothing)
_module("ops")
_module("onnx", export=_nothing)

from . import optim, utils  # noqa: E402, F401

FloatTensor = LongTensor = lambda data=(): tensor(data)
__getattr__ = _missing_attribute("torch", lambda: _pytorch_names()["torch"], lambda: list(globals()))
