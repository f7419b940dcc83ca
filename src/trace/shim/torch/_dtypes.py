"""dtype, device and Size, and PyTorch's rules of type promotion."""
import math


class dtype:
    def __init__(self, name, category, size, bits):
        self.name = name
        self.category = category  # 0 bool, 1 integer, 2 floating point
        self.rank = bits
        self.itemsize = size
        self.is_floating_point = category == 2
        self.is_complex = False
        self.is_signed = name not in ("uint8", "bool")

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


bool_ = dtype("bool", 0, 1, 0)
uint8 = dtype("uint8", 1, 1, 1)
int8 = dtype("int8", 1, 1, 2)
int16 = dtype("int16", 1, 2, 3)
int32 = dtype("int32", 1, 4, 4)
int64 = dtype("int64", 1, 8, 5)
float16 = dtype("float16", 2, 2, 6)
bfloat16 = dtype("bfloat16", 2, 2, 7)
float32 = dtype("float32", 2, 4, 8)
float64 = dtype("float64", 2, 8, 9)
BY_NAME = {
    d.name: d for d in (bool_, uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64)
}
FLOAT32_MAX = 3.4028234663852886e38


class device:
    def __init__(self, type="cpu", index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        name, _, number = str(type).partition(":")
        self.type = name
        self.index = int(number) if number else index

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self):
        return hash(str(self))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


CPU = device("cpu")


class Size(tuple):
    def numel(self):
        return math.prod(self)

    def __getitem__(self, index):
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other):
        return Size(tuple(self) + tuple(other))

    def __repr__(self):
        return f"torch.Size({list(self)})"


def scalar_dtype(value):
    if isinstance(value, bool):
        return bool_
    return int64 if isinstance(value, int) else float32


def promote_dtypes(a, b):
    if a.category != b.category:
        return a if a.category > b.category else b
    if {a.name, b.name} == {"float16", "bfloat16"}:
        return float32
    if {a.name, b.name} == {"uint8", "int8"}:
        return int16
    return a if a.rank >= b.rank else b


def result_type(operands):
    """Operands are tensors or Python numbers: sized tensors win over 0-dimensional ones, those over numbers,
    unless a weaker one is of a higher category (a float beside integers)."""
    levels = [None, None, None]
    for operand in operands:
        if hasattr(operand, "_shape"):
            level, kind = (0 if len(operand._shape) else 1), operand.dtype
        else:
            level, kind = 2, scalar_dtype(operand)
        levels[level] = kind if levels[level] is None else promote_dtypes(levels[level], kind)
    result = None
    for kind in levels:
        if kind is not None and (result is None or kind.category > result.category):
            result = kind
    return result or float32
