"""The symbolic tensor: a shape and a dtype, and either known values (`_constant`) or a value id on the tape."""
import math

from . import _constants, _dtypes, _recorder, _views
from ._dtypes import CPU, FLOAT32_MAX, Size

# Filled by `_functions`, so that methods and functions are one implementation.
functions = {}


class Tensor:
    is_cuda = is_sparse = is_quantized = is_nested = is_complex_ = is_mps = False
    layout = "torch.strided"
    grad = None
    grad_fn = None
    is_leaf = True
    names = ()
    _storage = None  # shared with those that this is a view of, or that are views of this
    _view = None
    _strides = None

    def __init__(self, shape=(), dtype=_dtypes.float32, constant=None, id=None, source=None):
        self._shape = Size(shape)
        self.dtype = dtype
        self._constant = constant
        self._id = id
        self._source = source
        self.requires_grad = False

    # Facts that need no values.
    shape = property(lambda self: self._shape)
    ndim = property(lambda self: len(self._shape))
    device = property(lambda self: CPU)
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.numel() * self.dtype.itemsize)
    T = property(lambda self: functions["permute"](self, *reversed(range(self.ndim))))
    mT = property(lambda self: functions["transpose"](self, -1, -2))

    def size(self, dim=None):
        return self._shape if dim is None else self._shape[dim]

    def dim(self):
        return len(self._shape)

    ndimension = dim

    def numel(self):
        return math.prod(self._shape)

    nelement = numel

    def stride(self, dim=None):
        strides = tuple(_views.strides_of(self))
        return strides if dim is None else strides[dim]

    def element_size(self):
        return self.dtype.itemsize

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def is_complex(self):
        return False

    def is_contiguous(self, memory_format=None):
        return memory_format is not None or _views.is_contiguous(self)

    def contiguous(self, memory_format=None):
        return self if _views.is_contiguous(self) else _views.forgotten(self)

    def get_device(self):
        return -1

    def __len__(self):
        if not self._shape:
            raise TypeError("len() of a 0-d tensor")
        return self._shape[0]

    def __hash__(self):
        return id(self)

    def __repr__(self):
        if self._constant is not None and self.numel() <= 64:
            return f"tensor({self.tolist()})"
        return f"tensor(shape={list(self._shape)}, dtype={self.dtype})"

    def __format__(self, spec):
        return format(self.item(), spec) if spec else repr(self)

    # Values.
    def _known(self, what):
        if self._constant is None:
            raise _recorder.ValueDependent(what, self._shape)
        return self._constant.listed(self.numel())

    def _scalar(self, what):
        values = self._known(what)
        if len(values) != 1:
            raise RuntimeError(f"a Tensor with {len(values)} elements cannot be converted to Scalar")
        return values[0]

    def item(self):
        return self._scalar("Tensor.item()")

    def __bool__(self):
        if self.numel() > 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self._scalar("Using a tensor as a condition"))

    def __int__(self):
        return int(self._scalar("int(tensor)"))

    def __float__(self):
        return float(self._scalar("float(tensor)"))

    def __index__(self):
        return int(self._scalar("Using a tensor as an index"))

    def tolist(self):
        values = iter(self._known("Tensor.tolist()"))

        def nest(shape):
            return [nest(shape[1:]) for _ in range(shape[0])] if shape else next(values)

        return nest(self._shape)

    def __iter__(self):
        if not self._shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(functions["unbind"](self, 0))

    def __contains__(self, element):
        return bool(functions["any"](functions["eq"](self, element)))

    def numpy(self, **_):
        return self

    def __array__(self, *_, **__):
        raise _recorder.ValueDependent("Converting to a NumPy array", self._shape)

    # Gradients are made from the graph later: nothing to do while tracing.
    @property
    def data(self):
        return self.detach()

    @data.setter
    def data(self, other):
        self._shape, self.dtype = other._shape, other.dtype
        self._storage = self._view = self._strides = None
        self._constant, self._source, self._id = other._constant, other._source, other._id

    def detach(self):
        if _recorder.current().call is None:
            return Tensor(self._shape, self.dtype, self._constant, self._value_for_alias(), self._source)
        if self._constant is not None:
            alias = Tensor(self._shape, self.dtype, self._constant, self._id, self._source)
            return _views.made_view(self, alias, lambda parent: parent, lambda parent, value: value, self._strides)
        stopped = apply("detach", [self])
        return _views.made_view(
            self, stopped, lambda parent: apply("detach", [parent]), lambda parent, value: value, self._strides
        )

    def _value_for_alias(self):
        # An alias of a leaf must be the same leaf on the tape.
        return value_id(self) if self._constant is None else self._id

    def requires_grad_(self, requires_grad=True):
        self.requires_grad = requires_grad
        return self

    def detach_(self):
        return self

    def retain_grad(self):
        return None

    def backward(self, *_, **__):
        return None

    def register_hook(self, hook):
        return None

    def share_memory_(self):
        return self

    def __deepcopy__(self, memo):
        """A copy with a source of its own, holding the same numbers."""
        copy = type(self).__new__(type(self))
        Tensor.__init__(copy, self._shape, self.dtype, self._constant)
        copy.__dict__.update(
            {name: value for name, value in self.__dict__.items() if name not in ("_id", "_source")}
        )
        copy._source = _recorder.Source()
        memo[id(self)] = copy
        _recorder.copy_draws(self._source, copy._source)
        return copy

    def _become(self, result, in_place=True):
        """What `x.op_()` does: this tensor now holds `result`."""
        if in_place and result._shape != self._shape:
            raise RuntimeError(
                f"output with shape {list(self._shape)} doesn't match the broadcast shape {list(result._shape)}"
            )
        if result.dtype is not self.dtype:
            if result.dtype.category > self.dtype.category:
                raise RuntimeError(
                    f"result type {spoken(result.dtype)} can't be cast to the desired output type "
                    f"{spoken(self.dtype)}"
                )
            result = functions["to"](result, self.dtype)
        if in_place:
            if self._storage is not None and result._constant is None:
                value_id(result)
            _views.write(self, result)
            return self
        self._shape, self._strides = result._shape, result._strides
        self._storage = self._view = None
        _views.put(self, result)
        return self


class Parameter(Tensor):
    """`nn.Parameter`: shares the values of `data`."""

    def __init__(self, data=None, requires_grad=True):
        data = Tensor((0,)) if data is None else data
        if not isinstance(data, Tensor):
            raise TypeError(
                f"new(): invalid data type '{type(data).__name__}' for a Parameter; expected a Tensor"
            )
        Tensor.__init__(self, data._shape, data.dtype, None, None, data._source or _recorder.Source())
        if data._source is None and data._constant is not None:
            record_constant(self, data._constant)
        self.requires_grad = requires_grad

    def __repr__(self):
        return f"Parameter containing:\ntensor(shape={list(self._shape)}, requires_grad={self.requires_grad})"


def spoken(kind):
    return {"float32": "Float", "int64": "Long", "bool": "Bool", "float64": "Double", "float16": "Half",
            "int32": "Int", "uint8": "Byte"}.get(kind.name, kind.name)  # fmt: skip


def finite(value):
    """JSON has no infinities: float32's largest numbers stand for them."""
    if isinstance(value, float):
        if math.isnan(value):
            raise _recorder.UnsupportedOp("nan", "A NaN constant cannot be part of a model's graph.")
        return max(-FLOAT32_MAX, min(FLOAT32_MAX, value))
    return int(value) if isinstance(value, bool) else value


def record_constant(tensor, constant):
    fill = (
        {"kind": "constant", "value": finite(constant.fill)}
        if constant.is_uniform
        else {"kind": "values", "values": [finite(value) for value in constant.values]}
    )
    _recorder.draw(tensor._source, tensor._shape, fill)


def value_id(tensor):
    """The tensor's place on the tape; constants and leaves get one when first used."""
    if tensor._storage is not None:
        _views.refresh(tensor)
    if tensor._id is None:
        if tensor._constant is None:
            tensor._id = _recorder.new_leaf(tensor)
        else:
            tensor._id = emit_constant(tensor)
    return tensor._id


def emit_constant(tensor):
    constant, shape, kind = tensor._constant, list(tensor._shape), tensor.dtype.name
    if constant.is_uniform:
        attributes = {"shape": shape, "dtype": kind, "value": finite(constant.fill)}
        return _recorder.emit("full", [], attributes, located=False)[0][0]
    values = [finite(value) for value in constant.values]
    attributes = {"shape": shape, "dtype": kind, "values": values}
    return _recorder.emit("constant", [], attributes, located=False)[0][0]


def apply_all(op, inputs, attributes=None):
    """Emits one op. RuntimeError in PyTorch's words where shapes do not fit."""
    for tensor in inputs:
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"{op}(): argument must be Tensor, not {type(tensor).__name__}")
    ids = [None if tensor is None else value_id(tensor) for tensor in inputs]
    outputs = _recorder.emit(op, ids, attributes or {})
    return [Tensor(shape, _dtypes.BY_NAME[kind], None, id) for id, shape, kind in outputs]


def apply(op, inputs, attributes=None):
    return apply_all(op, inputs, attributes)[0]
