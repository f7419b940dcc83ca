"""Leaves Python as it was found after each trace, and notices when that is not possible."""
import builtins
import gc
import operator
import sys
import types

from torch._tensor import Tensor

from . import integrity
from .absent import HIDDEN, StubFinder, StubModule
from .importer import ElsewhereFinder
from .library import LIBRARY, OURS, LibraryFinder

_modules = {}
_contents = {}
_library = []
_hidden = {}
_meta_path = []
_path = []
_recursion_limit = 1000


def watched():
    names = [name for name in sys.modules if name.split(".")[0] in OURS and not from_library(sys.modules[name])]
    return [sys.modules[name] for name in names] + [builtins]


def fingerprint():
    """What every module of ours, and every class in them, holds, by identity."""
    contents = {}
    for module in watched():
        contents[id(module)] = (module, dict(vars(module)))
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__.split(".")[0] in OURS:
                contents[id(value)] = (value, dict(vars(value)))
    return contents


# Our own state, which changes at every trace.
CHANGING = {"recording", "_host", "frames", "sources", "_contents", "_modules", "_hidden", "_meta_path", "_path", "_"}


def remember():
    global _recursion_limit
    integrity.remember(lambda name: name.split(".")[0] in OURS or from_library(sys.modules[name]))
    _recursion_limit = sys.getrecursionlimit()
    _modules.clear()
    _modules.update(sys.modules)
    _meta_path[:] = sys.meta_path
    _path[:] = sys.path
    _contents.clear()
    _contents.update(fingerprint())


def enter(workspace_finder=None):
    """Without a finder: for importing what is kept."""
    for name in list(sys.modules):
        if name.split(".")[0] in HIDDEN:
            _hidden[name] = sys.modules.pop(name)
        elif workspace_finder is not None and workspace_finder.replaces(name):
            del sys.modules[name]  # `leave` brings it back
    sys.modules.update(dict.fromkeys(HIDDEN))  # None: importing it raises ModuleNotFoundError
    python = [finder for finder in sys.meta_path if "pyodide" not in type(finder).__module__]
    first = [] if workspace_finder is None else [workspace_finder]
    last = [] if workspace_finder is None else [ElsewhereFinder(workspace_finder)]
    sys.meta_path[:] = [*first, LibraryFinder(), *python, *last, StubFinder()]


def restore_python():
    sys.meta_path[:] = _meta_path
    sys.path[:] = _path
    sys.setrecursionlimit(_recursion_limit)
    for name in HIDDEN:
        sys.modules.pop(name, None)
    sys.modules.update(_hidden)


def leave():
    """True when our torch or Python's own library was changed: the worker must be replaced."""
    restore_python()
    restored = integrity.restore()
    removed = [name for name in sys.modules if name not in _modules and name not in _hidden]
    for name in removed:
        module = sys.modules.pop(name)
        parent = _modules.get(name.rpartition(".")[0])
        child = name.rpartition(".")[2]
        if parent is not None and vars(parent).get(child) is module:
            delattr(parent, child)
    for name, module in _modules.items():
        if sys.modules.get(name) is not module:
            sys.modules[name] = module
    for held in _library:
        held.restore()
    return not (restored and unchanged())


def keep():
    """Instead of `leave`: what was imported belongs to the clean Python from now on, but for stubs."""
    restore_python()
    gc.freeze()
    for name, module in list(sys.modules.items()):
        if isinstance(module, StubModule):
            del sys.modules[name]
    remember()
    modules = [module for module in sys.modules.values() if from_library(module)]
    _library[:] = {id(owner): held for module in modules for owner, held in held_by(module)}.values()


def from_library(module):
    return (getattr(module, "__file__", None) or "").startswith(LIBRARY)


def unchanged():
    for owner, before in _contents.values():
        now = vars(owner)
        if now == before:  # in C, by identity first
            continue
        for name, value in before.items():
            if name not in CHANGING and now.get(name, now) is not value:
                return False
        if len(now) != len(before) and any(name not in before and name not in CHANGING and not cached(name, owner) for name in now):
            return False
    return True


def cached(name, owner):
    """What Python itself adds to classes when they are first used."""
    return isinstance(owner, type) and name.startswith("__") or isinstance(vars(owner).get(name), types.ModuleType)


class Held:
    """A namespace or container of a library module. Registries fill up while models are built: they are put back."""

    def __init__(self, owner):
        self.owner = owner
        self.before = self.contents()

    def contents(self):
        """A copy whose items can be compared one by one."""
        owner = self.owner
        if isinstance(owner, (type, types.ModuleType)):
            return dict(vars(owner))
        return dict(owner) if isinstance(owner, dict) else list(owner)

    def restore(self):
        owner, before = self.owner, self.before
        now = vars(owner) if isinstance(owner, (type, types.ModuleType)) else owner
        if len(now) == len(before):
            pairs = (now.values(), before.values()) if isinstance(before, dict) else (now, before)
            if all(map(operator.is_, *pairs)):
                return
        if isinstance(owner, type):
            self.restore_class()
        elif isinstance(before, dict):
            now.clear()
            now.update(before)
        elif isinstance(owner, set):
            owner.clear()
            owner.update(before)
        else:
            owner[:] = before

    def restore_class(self):
        now = dict(vars(self.owner))
        for name, value in self.before.items():
            if now.get(name, now) is not value:
                setattr(self.owner, name, value)
        for name in now:
            if name not in self.before and not cached(name, self.owner):
                delattr(self.owner, name)


class HeldTensor:
    """Its place on the tape belongs to one trace."""

    def __init__(self, tensor):
        self.tensor = tensor

    def restore(self):
        self.tensor._id = None


def held_by(module, depth=3):
    """(owner, Held) of the module, its classes, and the containers that it holds."""
    yield module, Held(module)
    waiting = [(value, depth) for name, value in vars(module).items() if name != "__builtins__"]
    while waiting:
        value, left = waiting.pop()
        if isinstance(value, Tensor):
            yield value, HeldTensor(value)
        elif isinstance(value, type):
            if value.__module__ == module.__name__:
                yield value, Held(value)
        elif isinstance(value, (dict, list, set)) and left:
            yield value, Held(value)
            nested = value.values() if isinstance(value, dict) else value
            waiting += [(item, left - 1) for item in nested if isinstance(item, (dict, list, set, Tensor))]
