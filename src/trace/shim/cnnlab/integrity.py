"""Python's own library and hooks: put back after each trace, and watched where they cannot be."""
import atexit
import gc
import os
import signal
import sys
import types

# Of these the classes are watched too: what reads requests, writes answers and imports modules.
WITH_CLASSES = ("json", "ast", "inspect", "random", "importlib", "_frozen_importlib")

# Names that Python itself sets anew.
CHANGING = {
    "warnings": {"filters", "onceregistry", "_filters_version"},
    "logging": {"_startTime"},
}

_contents = []
_hooks = {}
_environment = {}
_folder = "/"
HOOKS = ("excepthook", "displayhook", "unraisablehook", "breakpointhook", "stdin", "stdout", "stderr", "argv", "path_hooks")


def remember(ours):
    """What a clean Python looks like. `ours(name)`: modules that are watched elsewhere."""
    global _folder
    sys.addaudithook = refuse_hook
    _hooks.update({name: getattr(sys, name) for name in HOOKS})
    _environment.clear()
    _environment.update(os.environ)
    _folder = os.getcwd()
    _contents.clear()
    for name, module in sys.modules.items():
        if not isinstance(module, types.ModuleType) or module is sys or ours(name) or "pyodide" in name:
            continue
        if name in ("__main__", "js"):
            continue
        skipped = CHANGING.get(name, ())
        _contents.append((module, {key: value for key, value in vars(module).items() if key not in skipped}))
        if name.split(".")[0] in WITH_CLASSES:
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ == name and not immutable(value):
                    _contents.append((value, dict(vars(value))))


def immutable(cls):
    return bool(cls.__flags__ & 1 << 8)


def refuse_hook(hook):
    raise RuntimeError("Audit hooks cannot be removed again, so CNN Lab does not add any.")


def restore():
    """Undoes what can be undone; False where the worker must be replaced."""
    sys.settrace(None)
    sys.setprofile(None)
    for tool in range(6):
        if sys.monitoring.get_tool(tool) is not None:
            sys.monitoring.free_tool_id(tool)
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.callbacks.clear()
    gc.enable()
    atexit._clear()
    for name, value in _hooks.items():
        if getattr(sys, name, None) is not value:
            setattr(sys, name, value)
    if dict(os.environ) != _environment:
        os.environ.clear()
        os.environ.update(_environment)
    if os.getcwd() != _folder:
        os.chdir(_folder)
    return sys.addaudithook is refuse_hook and not any(changed(owner, before) for owner, before in _contents)


def changed(owner, before):
    now = vars(owner)
    if now == before:  # in C, by identity first
        return False
    return any(now.get(name, now) is not value for name, value in before.items() if not cached(name, owner))


def cached(name, owner):
    """What Python itself sets on classes when they are first used."""
    return isinstance(owner, type) and name in ("__abstractmethods__", "__annotations_cache__", "__annotate_func__", "__static_attributes__")
