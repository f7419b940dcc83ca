"""What an import that is not there gives: it can be passed around, and says its name when a model needs it."""
from torch import nn
from torch._recorder import UnsupportedOp, current
from torch._tensor import Tensor

from .library import why_absent


class Stub:
    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Stub(f"{self._name}.{name}")

    def __setattr__(self, name, value):
        pass

    def __call__(self, *args, **kwargs):
        recording = current()
        if recording.call is not None and any(isinstance(a, Tensor) for a in (*args, *kwargs.values())):
            raise UnsupportedOp(self._name, f"{self._name} is not available while tracing.", why_absent(self._name))
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], Stub):
            return args[0]  # used as a decorator
        return Stub(f"{self._name}()")

    def __mro_entries__(self, bases):
        return (nn.Module,) if self._name.endswith("LightningModule") else ()

    def __getitem__(self, key):
        return Stub(f"{self._name}[{key!r}]")

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __bool__(self):
        return False

    def __instancecheck__(self, instance):
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __deepcopy__(self, memo):
        return self

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"<{self._name}, which is not available while tracing>"


def _inert(self, *_):
    return self


for _name in "add radd sub rsub mul rmul truediv rtruediv pow mod neg floordiv or ror and lt le gt ge matmul".split():
    setattr(Stub, f"__{_name}__", _inert)
