"""Leaves Python as it was found after each trace, and notices when that is not possible."""
import builtins
import sys
import types

from .importer import HIDDEN, StubFinder

_modules = {}
_contents = {}
_hidden = {}
_meta_path = []
_path = []
_recursion_limit = 1000


def watched():
    names = [name for name in sys.modules if name.split(".")[0] in ("torch", "torchvision", "cnnlab")]
    return [sys.modules[name] for name in names] + [builtins]


def fingerprint():
    """What every module of ours, and every class in them, holds, by identity."""
    contents = {}
    for module in watched():
        contents[id(module)] = (module, dict(vars(module)))
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__.split(".")[0] in ("torch", "torchvision", "cnnlab"):
                contents[id(value)] = (value, dict(vars(value)))
    return contents


# Our own state, which changes at every trace.
CHANGING = {"recording", "_host", "frames", "sources", "_contents", "_modules", "_hidden", "_meta_path", "_path", "_"}


def remember():
    global _recursion_limit
    _recursion_limit = sys.getrecursionlimit()
    _modules.clear()
    _modules.update(sys.modules)
    _meta_path[:] = sys.meta_path
    _path[:] = sys.path
    _contents.clear()
    _contents.update(fingerprint())


def enter(workspace_finder):
    for name in list(sys.modules):
        if name.split(".")[0] in HIDDEN:
            _hidden[name] = sys.modules.pop(name)
        elif workspace_finder.replaces(name):
            del sys.modules[name]  # `leave` brings it back
    sys.modules.update(dict.fromkeys(HIDDEN))  # None: importing it raises ModuleNotFoundError
    python = [finder for finder in sys.meta_path if "pyodide" not in type(finder).__module__]
    sys.meta_path[:] = [workspace_finder, *python, StubFinder()]


def leave():
    """True when our torch or Python's builtins were changed: the worker must be replaced."""
    sys.meta_path[:] = _meta_path
    sys.path[:] = _path
    sys.setrecursionlimit(_recursion_limit)
    for name in HIDDEN:
        sys.modules.pop(name, None)
    sys.modules.update(_hidden)
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
    return not unchanged()


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
