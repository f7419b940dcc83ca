"""torch.jit, torch.cuda, torch.fx and so on: what model files ask of them, without what is behind."""
import itertools
import sys
import types

from . import _linear_algebra as linear_algebra
from . import _reductions as reductions
from . import _toolchain
from ._inert import Inert, false, identity, nothing
from ._missing import Missing
from ._recorder import UnsupportedOp
from ._tensor import Tensor, functions
from .nn import Module


def namespace(name, **contents):
    """Makes `torch.<name>`; what it has not, and PyTorch may have, says its name when it is used."""
    module = types.ModuleType(f"torch.{name}")
    module.__dict__.update(contents)
    module.__path__ = []

    def missing(attribute):
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(attribute)
        return Missing(f"torch.{name}.{attribute}")

    module.__getattr__ = missing
    sys.modules[f"torch.{name}"] = module
    parent, _, child = f"torch.{name}".rpartition(".")
    setattr(sys.modules[parent], child, module)
    return module


def gradient_of(*_, **__):
    raise UnsupportedOp("torch.autograd.grad", "torch.autograd.grad inside of a model is not supported by CNN Lab yet.")


class OpLibrary(types.ModuleType):
    """`torch.ops.torchvision.…`: custom operators, none of which is here."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Missing(f"{self.__name__}.{name}")

    load_library = staticmethod(nothing)


namespace(
    "jit", script=identity, ignore=identity, unused=identity, export=identity, trace=identity, trace_module=identity,
    script_method=identity, script_if_tracing=identity, interface=identity, freeze=identity,
    optimize_for_inference=identity, is_scripting=false, is_tracing=false, annotate=lambda kind, value: value,
    isinstance=lambda value, kind: isinstance(value, kind), Final=types.GenericAlias(list, object), ScriptModule=Module,
    Attribute=lambda value, kind: value, load=_toolchain.no_download, save=nothing, fork=lambda f, *a, **k: f(*a, **k),
    wait=lambda value: value, strict_fusion=Inert, _overload_method=identity, _script_if_tracing=identity,
)  # fmt: skip
namespace("jit.annotations", BroadcastingList1=list, BroadcastingList2=list, BroadcastingList3=list)
namespace(
    "cuda", is_available=false, device_count=lambda: 0, current_device=lambda: 0, empty_cache=nothing, manual_seed=nothing,
    manual_seed_all=nothing, synchronize=nothing, is_bf16_supported=false, set_device=nothing, is_initialized=false,
    memory_allocated=lambda *_: 0, max_memory_allocated=lambda *_: 0, reset_peak_memory_stats=nothing, device=Inert,
    stream=Inert, Stream=Inert, Event=Inert, nvtx=types.SimpleNamespace(range_push=nothing, range_pop=nothing, range=Inert),
)  # fmt: skip
namespace("cuda.amp", autocast=Inert, GradScaler=Inert, custom_fwd=identity, custom_bwd=identity)
namespace("amp", autocast=Inert, GradScaler=Inert, custom_fwd=identity, custom_bwd=identity)
namespace("cpu", is_available=lambda: True)
namespace("cpu.amp", autocast=Inert)
namespace("mps", is_available=false, empty_cache=nothing)
namespace("xpu", is_available=false)
namespace("backends")
namespace("backends.cudnn", benchmark=False, deterministic=False, enabled=False, is_available=false, flags=Inert,
          allow_tf32=False, version=nothing)  # fmt: skip
namespace("backends.mps", is_available=false, is_built=false)
namespace("backends.mkldnn", is_available=false, enabled=False)
namespace("backends.openmp", is_available=false)
namespace("backends.cuda", matmul=types.SimpleNamespace(allow_tf32=False), sdp_kernel=Inert, is_built=false,
          enable_flash_sdp=nothing, flash_sdp_enabled=false)  # fmt: skip
namespace("autograd", Variable=lambda data, *_, **__: data, set_detect_anomaly=Inert, detect_anomaly=Inert, Function=_toolchain.Function,
          grad=gradient_of, no_grad=Inert, enable_grad=Inert)  # fmt: skip
namespace("autograd.function", Function=_toolchain.Function, once_differentiable=identity)
namespace("autograd.profiler", record_function=Inert, profile=Inert)
namespace("profiler", profile=Inert, record_function=Inert, schedule=nothing)
namespace("random", manual_seed=nothing, fork_rng=Inert, get_rng_state=nothing, set_rng_state=nothing)
namespace("version", cuda=None, hip=None, __version__="2.4.0")
namespace("types", Device=object, Number=(int, float, bool), _size=(list, tuple))
namespace("fft")
namespace(
    "linalg", norm=functions["norm"], matmul=functions["matmul"], vector_norm=reductions.vector_norm,
    inv=linear_algebra.inverse, det=linear_algebra.det, cholesky=linear_algebra.cholesky, solve=linear_algebra.solve,
    svd=linear_algebra.svd, eigh=linear_algebra.eigh, qr=linear_algebra.qr, matrix_norm=linear_algebra.matrix_norm,
    cross=linear_algebra.cross, multi_dot=linear_algebra.chain_matmul, diagonal=lambda A, *, offset=0, dim1=-2, dim2=-1:
    functions["diagonal"](A, offset, dim1, dim2), vecdot=linear_algebra.vecdot,
)  # fmt: skip
SPECIAL = """erf erfc erfinv exp2 expm1 log1p log_softmax logit logsumexp round softmax xlogy digamma""".split()
namespace("special", expit=functions["sigmoid"], gammaln=functions["lgamma"], psi=functions["digamma"],
          **{name: functions[name] for name in SPECIAL})  # fmt: skip
namespace(
    "hub", load_state_dict_from_url=_toolchain.no_download, load=_toolchain.no_download,
    download_url_to_file=_toolchain.no_download, get_dir=_toolchain.cache_folder, set_dir=nothing,
    _get_torch_home=_toolchain.cache_folder, tqdm=identity,
)  # fmt: skip
namespace("distributed", is_available=false, is_initialized=false, get_world_size=lambda *_: 1, get_rank=lambda *_: 0,
          barrier=nothing, all_reduce=nothing, ReduceOp=types.SimpleNamespace(SUM=0))  # fmt: skip
namespace("distributed.algorithms")
namespace("fx", wrap=identity, Proxy=type("Proxy", (), {}), Tracer=type("Tracer", (), {}),
          GraphModule=type("GraphModule", (Module,), {}))  # fmt: skip
namespace("fx.proxy", Proxy=sys.modules["torch.fx"].Proxy)
namespace("onnx", export=nothing, is_in_onnx_export=false, register_custom_op_symbolic=nothing)
namespace("onnx.symbolic_helper", parse_args=lambda *_, **__: identity)
for opset in ("symbolic_opset9", "symbolic_opset11"):
    namespace(f"onnx.{opset}")
namespace("serialization")
namespace("quantization")
namespace("ao")
namespace("ao.quantization")
namespace("overrides", has_torch_function=false, handle_torch_function=nothing, is_tensor_like=lambda v: isinstance(v, Tensor))
namespace("library", impl=lambda *_, **__: identity, register_fake=lambda *_, **__: identity, Library=Inert)
namespace("_dynamo", disable=identity, allow_in_graph=identity, is_compiling=false, graph_break=nothing)
namespace("compiler", disable=identity, is_compiling=false, allow_in_graph=identity)
namespace("_C", _log_api_usage_once=nothing, _get_tracing_state=nothing, Generator=Inert, _jit_set_profiling_mode=nothing)
namespace("_utils", _accumulate=itertools.accumulate)
namespace("_jit_internal", boolean_dispatch=identity, _overload=identity, Final=types.GenericAlias(list, object))
namespace("func")
namespace("distributions")
namespace("multiprocessing", set_start_method=nothing, spawn=nothing, cpu_count=lambda: 1)
namespace("testing", assert_close=nothing)
ops = OpLibrary("torch.ops")
ops.torchvision = OpLibrary("torch.ops.torchvision")
ops.torchvision._cuda_version = lambda: -1
sys.modules["torch"].ops = sys.modules["torch.ops"] = ops
sys.modules["torch._ops"] = types.ModuleType("torch._ops")
sys.modules["torch._ops"].ops = ops
functional = types.ModuleType("torch.functional")
functional.__getattr__ = lambda name: getattr(sys.modules["torch"], name)
sys.modules["torch.functional"] = sys.modules["torch"].functional = functional
