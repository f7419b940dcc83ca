"""A stand-in for the little of NumPy that constructors of models use: numbers, and tables of known numbers.

An array is our torch's tensor of known values. Written for CNN Lab; no code of NumPy is in it.
"""
import builtins
import math
import types

import torch as _torch
from cnnlab.stub import Stub as _Stub
from torch._tensor import Tensor as ndarray

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
float32, float64, float16 = _torch.float32, _torch.float64, _torch.float16
int32, int64, int8, uint8, bool_ = _torch.int32, _torch.int64, _torch.int8, _torch.uint8, _torch.bool
int_, float_ = int64, float64
integer, floating, number = (int,), (float,), (int, float)
__version__ = "2.0.0+cnnlab"


def _double(tensor):
    return tensor.to(float64) if tensor.dtype is float32 else tensor


def array(object, dtype=None, **_):
    if isinstance(object, ndarray):
        return object.clone() if dtype is None else object.to(dtype)
    return _torch.tensor(object, dtype=dtype) if dtype is not None else _double(_torch.tensor(object))


asarray = ascontiguousarray = array


def linspace(start, stop, num=50, endpoint=True, dtype=None):
    if not endpoint:
        stop = stop - (stop - start) / num
    return _torch.linspace(start, stop, num, dtype=dtype or float64)


def arange(*bounds, dtype=None):
    return _double(_torch.arange(*bounds, dtype=dtype))


def zeros(shape, dtype=float64):
    return _torch.zeros(shape, dtype=dtype)


def ones(shape, dtype=float64):
    return _torch.ones(shape, dtype=dtype)


def full(shape, fill_value, dtype=None):
    return _torch.full(shape, fill_value, dtype=dtype or (float64 if isinstance(fill_value, float) else int64))


def eye(n, m=None, dtype=float64):
    return _torch.eye(n, m, dtype=dtype)


def _function(of_number, of_tensor):
    def call(x, *others):
        if isinstance(x, (list, tuple)):
            x = array(x)
        if isinstance(x, ndarray) or builtins.any(isinstance(other, ndarray) for other in others):
            return of_tensor(x, *others)
        return of_number(x, *others)

    return call


sqrt = _function(math.sqrt, _torch.sqrt)
exp = _function(math.exp, _torch.exp)
log = _function(math.log, _torch.log)
log2 = _function(math.log2, _torch.log2)
log10 = _function(math.log10, _torch.log10)
sin, cos, tanh = _function(math.sin, _torch.sin), _function(math.cos, _torch.cos), _function(math.tanh, _torch.tanh)
abs = absolute = _function(builtins.abs, _torch.abs)
floor = _function(lambda x: float(math.floor(x)), _torch.floor)
ceil = _function(lambda x: float(math.ceil(x)), _torch.ceil)
round = around = rint = _function(lambda x, decimals=0: float(builtins.round(x, decimals)), lambda x, *d: _torch.round(x))
power = _function(pow, _torch.pow)
maximum, minimum = _function(builtins.max, _torch.maximum), _function(builtins.min, _torch.minimum)


def _reduction(of_numbers, of_tensor):
    def call(a, axis=None, **_):
        tensor = a if isinstance(a, ndarray) else array(a)
        if axis is not None:
            return of_tensor(tensor, axis)
        values = tensor.reshape(-1).tolist()
        return of_numbers(values)

    return call


prod = product = _reduction(math.prod, _torch.prod)
sum = _reduction(builtins.sum, _torch.sum)
mean = _reduction(lambda values: math.fsum(values) / len(values), _torch.mean)
max = amax = _reduction(builtins.max, _torch.amax)
min = amin = _reduction(builtins.min, _torch.amin)
argmax = _reduction(lambda values: values.index(builtins.max(values)), _torch.argmax)
any, all = _reduction(builtins.any, _torch.any), _reduction(builtins.all, _torch.all)


def cumsum(a, axis=None):
    return _torch.cumsum(a if isinstance(a, ndarray) else array(a), axis or 0)


def clip(a, a_min, a_max):
    if isinstance(a, ndarray):
        return _torch.clamp(a, a_min, a_max)
    return builtins.max(a_min, builtins.min(a_max, a))


def concatenate(arrays, axis=0):
    return _torch.cat([a if isinstance(a, ndarray) else array(a) for a in arrays], axis)


def stack(arrays, axis=0):
    return _torch.stack([a if isinstance(a, ndarray) else array(a) for a in arrays], axis)


def meshgrid(*arrays, indexing="xy"):
    return list(_torch.meshgrid(*arrays, indexing=indexing))


def transpose(a, axes=None):
    return a.permute(*(axes or reversed(range(a.ndim))))


def isscalar(value):
    return isinstance(value, (int, float, str))


random = types.ModuleType("numpy.random")
random.seed = lambda *_: None
random.__getattr__ = lambda name: _Stub(f"numpy.random.{name}")
linalg = types.ModuleType("numpy.linalg")
linalg.__getattr__ = lambda name: _Stub(f"numpy.linalg.{name}")
typing = types.ModuleType("numpy.typing")
typing.NDArray = typing.ArrayLike = ndarray


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Stub(f"numpy.{name}")
