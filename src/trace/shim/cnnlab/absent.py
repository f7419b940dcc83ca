"""Imports of what is not there: modules of stubs, or ModuleNotFoundError where the code is ready for it."""
import ast
import functools
import importlib.abc
import importlib.machinery
import sys
import types

from torch import _frames
from torch._frames import WORKSPACE
from torch._missing import Missing

from .library import LIBRARY, OURS, environment, normalised
from .stub import Stub

HIDDEN = {"js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core"}
EXPECTED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


class StubModule(types.ModuleType):
    def __getattr__(self, name):
        if name == "__version__":
            return version_of(self.__name__)
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        full = f"{self.__name__}.{name}"
        return Missing(full) if self.__name__.startswith(("torchvision.models", "torchvision.ops")) else Stub(full)


class StubFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder: what nobody found becomes a module of stubs that know their names."""

    def find_spec(self, fullname, path, target=None):
        top = fullname.split(".")[0]
        if top in HIDDEN or top in sys.stdlib_module_names:
            return None
        parent = sys.modules.get(fullname.rpartition(".")[0])
        ours = top in OURS and top != "cnnlab" and not environment.offers(top)
        if parent is not None and not isinstance(parent, StubModule) and not ours:
            return None
        if top != "torch" and is_expected(sys._getframe(1)):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        module = StubModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


# Packages that are imported by another name than they are installed by.
INSTALLED_AS = {"pil": "pillow", "cv2": "opencv_python", "sklearn": "scikit_learn", "skimage": "scikit_image", "yaml": "pyyaml"}


def version_of(module):
    name = normalised(module.partition(".")[0])
    return environment.versions.get(INSTALLED_AS.get(name, name), "0.0.0")


def is_expected(frame):
    """True where the importing code asks whether the module is there: `try … except ImportError`, `find_spec`."""
    while frame is not None:
        file = frame.f_code.co_filename
        if frame.f_globals.get("__name__") == "importlib.util":
            return True
        if file.startswith(WORKSPACE):
            return in_try(_frames.sources.get(file[len(WORKSPACE) :], ""), frame.f_lineno)
        if file.startswith(LIBRARY):
            return in_try(environment.files.get(file[len(LIBRARY) :], ""), frame.f_lineno)
        frame = frame.f_back
    return False


def in_try(text, line):
    if "except" not in text and "suppress" not in text:
        return False
    return any(start <= line <= end for start, end in expecting_lines(text))


@functools.lru_cache(16)
def expecting_lines(text):
    """First and last lines of the bodies that go on without what they import."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(catches(handler.type) for handler in node.handlers):
            found.append((node.body[0].lineno, node.body[-1].end_lineno))
        elif isinstance(node, ast.With) and any(suppresses(item.context_expr) for item in node.items):
            found.append((node.body[0].lineno, node.body[-1].end_lineno))
    return tuple(found)


def catches(caught):
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in EXPECTED for name in names)


def suppresses(call):
    if not isinstance(call, ast.Call):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name == "suppress" and any(catches(argument) for argument in call.args)
