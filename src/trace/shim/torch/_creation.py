"""Tensors from nothing: filled ones and tables have known values, random ones are draws of the generator."""
import math

from . import _constants, _dtypes, _recorder
from ._shaping import sizes_of
from ._tensor import Tensor, apply, record_constant


def sized(sizes, size):
    shape = sizes_of(sizes if size is None else (size,))
    for extent in shape:
        if extent < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {extent}: {shape}")
    return shape


def made(shape, kind, constant, requires_grad=False):
    tensor = Tensor(shape, kind, constant)
    tensor.requires_grad = requires_grad
    return tensor


def full(size, fill_value, *, dtype=None, requires_grad=False, device=None, layout=None, out=None):
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    kind = dtype or _dtypes.scalar_dtype(fill_value)
    convert = (bool, int, float)[kind.category]
    shape = sized((size,) if isinstance(size, int) else size, None)
    return made(shape, kind, _constants.uniform(convert(fill_value)), requires_grad)


def filled(value):
    def call(*sizes, size=None, dtype=None, requires_grad=False, device=None, layout=None, out=None, names=None,
             pin_memory=False, memory_format=None):  # fmt: skip
        return full(sized(sizes, size), value, dtype=dtype or _dtypes.float32, requires_grad=requires_grad)

    return call


zeros = filled(0)
ones = filled(1)


def empty(*sizes, size=None, dtype=None, requires_grad=False, device=None, layout=None, out=None,
          pin_memory=False, memory_format=None):  # fmt: skip
    """Values nobody knows until something fills them."""
    kind = dtype or _dtypes.float32
    tensor = Tensor(sized(sizes, size), kind, None, None, _recorder.Source())
    tensor.requires_grad = requires_grad
    return tensor


def drawn(shape, fill, kind, requires_grad):
    tensor = Tensor(shape, kind or _dtypes.float32, None, None, _recorder.Source())
    tensor.requires_grad = requires_grad
    recording = _recorder.current()
    if recording.call is not None:
        return drawn_in_forward(tensor, fill)
    _recorder.draw(tensor._source, shape, fill)
    return tensor


def drawn_in_forward(tensor, fill):
    """Numbers that each call draws anew: standard ones on the tape, stretched to what was asked for."""
    from ._pointwise import add, mul

    uniform = fill["kind"] == "uniform"
    numbers = unknown(tensor._shape, tensor.dtype, "uniform" if uniform else "normal")
    low, scale = (fill["low"], fill["high"] - fill["low"]) if uniform else (fill["mean"], fill["std"])
    numbers = numbers if scale == 1 else mul(numbers, scale)
    return add(numbers, low) if low else numbers


def unknown(shape, kind, distribution):
    return apply("random", [], {"shape": list(shape), "dtype": kind.name, "distribution": distribution})


def random(fill):
    def call(*sizes, size=None, dtype=None, requires_grad=False, device=None, layout=None, out=None,
             generator=None, names=None, pin_memory=False):  # fmt: skip
        return drawn(sized(sizes, size), dict(fill), dtype, requires_grad)

    return call


rand = random({"kind": "uniform", "low": 0, "high": 1})
randn = random({"kind": "normal", "mean": 0, "std": 1})


def normal(mean, std, size=None, *, generator=None, out=None):
    if size is None:
        from ._pointwise import add, mul

        shape = (mean if isinstance(mean, Tensor) else std)._shape
        return add(mul(drawn(shape, {"kind": "normal", "mean": 0, "std": 1}, None, False), std), mean)
    return drawn(sized((), size), {"kind": "normal", "mean": mean, "std": std}, None, False)


def randint(low, high=None, size=None, *, dtype=None, requires_grad=False, device=None, generator=None, out=None):
    if size is None:
        low, high, size = 0, low, high
    shape = sized((), size)
    return integers(shape, {"kind": "randint", "low": int(low), "high": int(high)}, dtype)


def randperm(n, *, dtype=None, **_):
    return integers((n,), {"kind": "randperm"}, dtype)


def integers(shape, fill, kind):
    """Draws whose values stay unknown; inside forward each call draws anew."""
    kind = kind or _dtypes.int64
    if _recorder.current().call is not None:
        return unknown(shape, kind, "permutation" if fill["kind"] == "randperm" else "integers")
    tensor = Tensor(shape, kind, None, None, _recorder.Source())
    _recorder.draw(tensor._source, shape, fill)
    return tensor


def like(create):
    def call(input, *args, dtype=None, requires_grad=False, device=None, layout=None, memory_format=None):
        return create(tuple(input._shape), *args, dtype=dtype or input.dtype, requires_grad=requires_grad)

    return call


zeros_like, ones_like, empty_like = like(zeros), like(ones), like(empty)
rand_like, randn_like, full_like = like(rand), like(randn), like(full)


def arange(start=0, end=None, step=1, *, dtype=None, requires_grad=False, device=None, out=None, layout=None):
    if end is None:
        start, end = 0, start
    start, end, step = (b.item() if isinstance(b, Tensor) else b for b in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    count = max(0, math.ceil((end - start) / step))
    numbers = [start + i * step for i in range(min(count, _constants.LIMIT + 1))]
    kind = dtype or (_dtypes.float32 if any(isinstance(b, float) for b in (start, end, step)) else _dtypes.int64)
    return table((count,), kind, numbers, "torch.arange")


def linspace(start, end, steps, *, dtype=None, requires_grad=False, device=None, out=None, layout=None):
    start, end = float(start), float(end)
    numbers = [start + (end - start) * i / max(steps - 1, 1) for i in range(min(steps, _constants.LIMIT + 1))]
    return table((steps,), dtype or _dtypes.float32, numbers, "torch.linspace")


def logspace(start, end, steps, base=10.0, **options):
    powers = linspace(start, end, steps)
    return table((steps,), _dtypes.float32, [base**p for p in powers._constant.listed(steps)], "torch.logspace")


def eye(n, m=None, *, dtype=None, requires_grad=False, device=None, out=None, layout=None):
    m = n if m is None else m
    numbers = [1 if row == column else 0 for row in range(n) for column in range(m)] if n * m <= _constants.LIMIT else []
    return table((n, m), dtype or _dtypes.float32, numbers, "torch.eye")


def table(shape, kind, numbers, name):
    convert = (bool, int, float)[kind.category]
    if len(numbers) != math.prod(shape) or math.prod(shape) > _constants.LIMIT:
        raise _recorder.UnsupportedOp(name, f"{name} is supported up to {_constants.LIMIT} elements.")
    return Tensor(shape, kind, _constants.listed(map(convert, numbers)))


def tensor(data, *, dtype=None, requires_grad=False, device=None, pin_memory=False):
    if isinstance(data, Tensor):
        return data.detach() if dtype is None else data.to(dtype)
    shape, flat = measure(data)
    kind = dtype
    if kind is None:
        kind = _dtypes.result_type(flat) if flat else _dtypes.float32
    for entry in flat:
        if not isinstance(entry, (int, float)):
            raise TypeError(f"new(): data must be numbers, not {type(entry).__name__}")
    result = table(shape, kind, flat, "torch.tensor")
    result.requires_grad = requires_grad
    return result


def measure(data):
    """Shape and numbers of nested lists."""
    if isinstance(data, Tensor):
        return list(data._shape), list(data._known("torch.tensor(…)"))
    if not isinstance(data, (list, tuple, range)):
        return [], [data]
    if not len(data):
        return [0], []
    shapes, numbers = zip(*map(measure, data))
    for shape in shapes:
        if shape != shapes[0]:
            raise ValueError(
                f"expected sequence of length {shapes[0][0] if shapes[0] else 1} at dim 1 "
                f"(got {shape[0] if shape else 1})"
            )
    return [len(data), *shapes[0]], [number for row in numbers for number in row]


# In-place fills: `tensor.normal_()` and the like.
def fill_in_place(self, fill):
    """Outside of a model call: one more step in the history of the tensor's values."""
    if _recorder.current().call is not None and fill["kind"] in ("uniform", "normal"):
        return self._become(drawn_in_forward(self, fill))
    if _recorder.current().call is not None and fill["kind"] == "constant" and self._id is not None:
        return self._become(made(self._shape, self.dtype, _constants.uniform(fill["value"])))
    if self._source is None:
        if _recorder.current().constructing and self._constant is None:
            _recorder.warn(
                "init-not-reproduced",
                "Filling a part of a tensor is not followed: its initial values differ from PyTorch's.",
                "Fill the whole parameter, or load initial weights saved by PyTorch.",
            )
        self._source = _recorder.Source()
    _recorder.draw(self._source, self._shape, fill)
    if not isinstance(self, _parameter()):
        self._constant = _constants.uniform(fill["value"]) if fill["kind"] == "constant" else None
        self._id = None if self._constant is None or self._id is None else self._id
    return self


def _parameter():
    from ._tensor import Parameter

    return Parameter


def uniform_(self, a=0.0, b=1.0, *, generator=None, **named):
    low, high = named.get("from", a), named.get("to", b)
    return fill_in_place(self, {"kind": "uniform", "low": low, "high": high})


def normal_(self, mean=0.0, std=1.0, *, generator=None):
    return fill_in_place(self, {"kind": "normal", "mean": mean, "std": std})


def bernoulli(input, p=None, *, generator=None, out=None):
    """One with probability `p` (that of each element, without), else zero."""
    from ._pointwise import mul

    if p is not None and _recorder.current().call is not None and input.dtype.is_floating_point:
        # Dropout of ones gives 0 or 1 / (1 − p) of dropping, on every backend.
        ones = made(input._shape, input.dtype, _constants.uniform(1.0))
        return mul(apply("dropout", [ones], {"p": 1.0 - p, "training": True}), p) if 0 < p < 1 else mul(ones, float(p))
    return apply("bernoulli", [input])


def bernoulli_(self, p=0.5, *, generator=None):
    if isinstance(p, Tensor):
        return self._become(apply("bernoulli", [p.expand(self._shape)]))
    if _recorder.current().call is not None:
        return self._become(bernoulli(self, p))
    return numbers_not_followed(self, "bernoulli_")


def erfinv_(self):
    """Of what was drawn uniformly: a normal distribution between two quantiles, as `trunc_normal_` makes it."""
    draws = self._source.draws if self._source is not None else []
    fill = draws[0].fill if len(draws) == 1 else {}
    if _recorder.current().call is not None or fill.get("kind") != "uniform":
        raise _recorder.UnsupportedOp("torch.Tensor.erfinv_")
    draws[0].fill = {"kind": "trunc_normal", "low": fill["low"], "high": fill["high"], "mean": 0.0, "std": math.sqrt(0.5),
                     "a": -_dtypes.FLOAT32_MAX, "b": _dtypes.FLOAT32_MAX}  # fmt: skip
    return self


def numbers_not_followed(self, name):
    if _recorder.current().constructing:
        _recorder.warn(
            "init-not-reproduced",
            f"The numbers of Tensor.{name} are not followed: weights initialised afterwards differ from PyTorch's.",
            "Load initial weights saved by PyTorch for equal numbers.",
        )
    return self


def other_distribution(name):
    def call(self, *args, **kwargs):
        if _recorder.current().call is not None:
            return self._become(unknown(self._shape, self.dtype, "uniform"))
        return numbers_not_followed(self, name)

    return call


exponential_, random_, geometric_, log_normal_, cauchy_ = map(
    other_distribution, ("exponential_", "random_", "geometric_", "log_normal_", "cauchy_")
)


def fill_(self, value):
    if isinstance(value, Tensor) and value._constant is None:
        return self._become(value.expand(self._shape).to(self.dtype))
    if isinstance(value, Tensor):
        value = value.item()
    if self._constant is not None and not isinstance(self, _parameter()) and self._source is None:
        convert = (bool, int, float)[self.dtype.category]
        return self._become(made(self._shape, self.dtype, _constants.uniform(convert(value))))
    return fill_in_place(self, {"kind": "constant", "value": value})


def zero_(self):
    return fill_(self, 0)


def copy_(self, source, non_blocking=False):
    if _recorder.current().call is not None:
        from ._pointwise import to_dtype
        from ._shaping import expand

        return self._become(to_dtype(expand(source, *self._shape), self.dtype))
    if source._constant is not None:
        constant = _constants.expanded(source._constant, source._shape, self._shape)
        if self._source is None and not isinstance(self, _parameter()):
            self._become(made(self._shape, self.dtype, constant))
        else:
            record_constant(self, constant)
    elif source._source is not None and source._shape == self._shape:
        self._source = self._source or _recorder.Source()
        _recorder.copy_draws(source._source, self._source)
    elif _recorder.current().constructing:
        _recorder.warn(
            "init-not-reproduced",
            "Copying computed values into a tensor is not followed: its initial values differ from PyTorch's.",
            "Fill it with torch.nn.init, or load initial weights saved by PyTorch.",
        )
    return self
