"""What PyTorch has and CNN Lab has not: a placeholder that says its name, at the user's line, when it is used."""
import difflib
import functools
import os

from ._recorder import UnsupportedOp

NAMES_FILE = os.path.join(os.path.dirname(__file__), "names.txt")


@functools.lru_cache(None)
def pytorch_names():
    """The public names of PyTorch's namespaces, to tell a missing op from a typing mistake."""
    with open(NAMES_FILE, encoding="utf-8") as file:
        return {line.split(":")[0]: frozenset(line.split(":")[1].split()) for line in file if ":" in line}


# While a package of the environment is imported, what it only defines must not stop it: using it does, later.
is_tolerant = False


def be_tolerant(tolerant):
    global is_tolerant
    is_tolerant = tolerant


class Missing:
    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattr__(self, attribute):
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(attribute)
        return Missing(f"{self._name}.{attribute}")

    def __call__(self, *args, **kwargs):
        if not is_tolerant:
            raise UnsupportedOp(self._name)
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], Missing):
            return args[0]  # used as a decorator
        return Missing(f"{self._name}()")

    def __mro_entries__(self, bases):
        if not is_tolerant:
            raise UnsupportedOp(self._name)
        return ()

    def __instancecheck__(self, instance):
        return False

    def __or__(self, other):
        return self

    __ror__ = __or__

    def __getitem__(self, item):
        return self

    def __repr__(self):
        return f"<{self._name}: not supported by CNN Lab>"


def missing_attribute(namespace, names, present):
    """A module's `__getattr__`."""

    def get(name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"module '{namespace}' has no attribute '{name}'")
        if name in names():
            return Missing(f"{namespace}.{name}")
        error = AttributeError(f"module '{namespace}' has no attribute '{name}'")
        nearest = difflib.get_close_matches(name, sorted({*names(), *present()}), 3)
        error.hint = f"Did you mean {', '.join(f'{namespace}.{n}' for n in nearest)}?" if nearest else None
        raise error

    return get
