"""Packages of the workspace's Python environment, and what else is imported once and then kept between traces.

While the workspace's code runs, no module but its own is imported. One that is there, but not imported yet, ends the
trace with `LibraryWanted`; `load` imports it in a Python that no code of the workspace has touched (the sources come
from outside, as strings), and the trace is run again. So a kept module is the same whoever asked for it first.
"""
import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import re
import sys

from torch._missing import be_tolerant

LIBRARY = "/environment/"
SHIM = "/shim/"
# Our own stand-ins, in the place of which the environment's package is read.
STAND_INS = {"torchvision", "einops"}
ONLY_PYTHON = "and only code written in Python can be run here"
OURS = {"torch", "torchvision", "einops", "numpy", "cnnlab"}


class LibraryWanted(BaseException):
    """Ends a trace: what is wanted has to be imported before."""


class Environment:
    """What the outside has told of the environment and given of its sources."""

    def __init__(self):
        self.name = None
        self.offered = frozenset()  # top-level names
        self.versions = {}  # by normalised distribution name
        self.files = {}  # text by path below site-packages
        self.folders = set()  # packages without __init__.py
        self.compiled = set()  # dotted names of extension modules
        self.absent = set()  # dotted names that were asked for in vain
        self.failures = {}  # dotted name → what went wrong when it was imported
        self.stand_ins = {}  # our modules that make room for the environment's
        self.wanted = []
        self.loading = False

    def offers(self, name):
        top = name.partition(".")[0]
        return top in self.offered and top not in self.failures


environment = Environment()


def offer(name, offered, compiled, versions):
    """Once, before the first trace with an environment."""
    environment.name = name
    environment.failures.update((module, f"{module} is compiled, {ONLY_PYTHON}") for module in compiled)
    environment.offered = frozenset(offered) - {"torch", "cnnlab"} - sys.stdlib_module_names
    environment.versions = versions
    for module in list(sys.modules):
        top = module.partition(".")[0]
        if top in STAND_INS and top in environment.offered:
            environment.stand_ins[module] = sys.modules.pop(module)


def add_sources(sources):
    environment.files.update(sources["files"])
    environment.folders.update(sources["folders"])
    environment.compiled.update(sources["compiled"])
    environment.absent.update(sources["absent"])


def load(names):
    """Imports modules; those whose sources are not here yet are left in `environment.wanted`."""
    environment.wanted.clear()
    environment.loading = True
    be_tolerant(True)
    try:
        for name in names:
            try:
                importlib.import_module(name)
            except LibraryWanted:
                continue
            except BaseException as error:
                environment.failures.setdefault(name, reason(error))
    finally:
        environment.loading = False
        be_tolerant(False)


def reason(error):
    if isinstance(error, KeyboardInterrupt):
        return "importing it took too long"
    text = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
    place = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(LIBRARY):
            place = f" ({file[len(LIBRARY) :]}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return text + place


def why_absent(name):
    """What to tell of a stub: why its package is one."""
    top = re.match(r"\w*", name)[0]
    if top in environment.failures:
        return f"{top} of {environment.name} cannot be used here: {environment.failures[top]}."
    if environment.name:
        return f"{top} is not installed in {environment.name}."
    return (
        f"{top} is not installed in a Python environment of this workspace: "
        ".venv, venv and the one chosen for Python are read."
    )


def want(name):
    if name not in environment.wanted:
        environment.wanted.append(name)
    raise LibraryWanted(name)


class LibraryFinder(importlib.abc.MetaPathFinder):
    """Finds the environment's modules, and while a trace runs keeps Python's and ours from being imported half-way."""

    def find_spec(self, fullname, path, target=None):
        if environment.offers(fullname):
            return self.in_environment(fullname, path)
        if environment.loading or fullname in environment.failures:
            return None
        top = fullname.partition(".")[0]
        if top in OURS or top in sys.stdlib_module_names:
            spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                want(fullname)
        return None

    def in_environment(self, fullname, path):
        top = fullname.partition(".")[0]
        if fullname != top and not any(str(folder).startswith(LIBRARY) for folder in path or ()):
            return None
        if fullname in environment.failures:
            raise ImportError(environment.failures[fullname], name=fullname)
        place = fullname.replace(".", "/")
        if place in environment.folders:
            spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [LIBRARY + place]
            return spec
        if fullname in environment.compiled:
            raise ImportError(f"{fullname} is compiled, {ONLY_PYTHON}", name=fullname)
        if fullname in environment.absent:
            return None
        if environment.loading:
            for file, is_package in ((f"{place}/__init__.py", True), (f"{place}.py", False)):
                if file in environment.files:
                    return library_spec(fullname, file, place if is_package else None)
        return want(fullname)

    def find_distributions(self, context=importlib.metadata.DistributionFinder.Context()):
        for name, version in environment.versions.items():
            if context.name is None or normalised(context.name) == name:
                yield LibraryDistribution(name, version)


def library_spec(fullname, file, package):
    spec = importlib.machinery.ModuleSpec(
        fullname, LibraryLoader(file), origin=LIBRARY + file, is_package=package is not None
    )
    spec.has_location = True
    if package is not None:
        spec.submodule_search_locations = [LIBRARY + package]
    return spec


class LibraryLoader(importlib.abc.Loader):
    def __init__(self, file):
        self.file = file

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        try:
            exec(compile(self.get_source(module.__name__), LIBRARY + self.file, "exec", dont_inherit=True), module.__dict__)
        except Exception as error:
            if "." in module.__name__ or isinstance(error, ImportError) and error.name in environment.wanted:
                raise
            self.replace(module.__name__, error)

    def replace(self, top, error):
        """A package that cannot be imported here is one that is absent: our stand-in, or a stub, takes its place."""
        environment.failures[top] = reason(error)
        for name in list(sys.modules):
            if name == top or name.startswith(f"{top}."):
                del sys.modules[name]
        for name in list(environment.stand_ins):
            if name.partition(".")[0] == top:
                sys.modules[name] = environment.stand_ins.pop(name)
        importlib.import_module(top)

    def get_source(self, fullname):
        return environment.files[self.file]


class LibraryDistribution(importlib.metadata.Distribution):
    def __init__(self, name, version):
        self.text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"

    def read_text(self, filename):
        return self.text if filename == "METADATA" else None

    def locate_file(self, path):
        return LIBRARY + str(path)


def normalised(name):
    return importlib.metadata.Prepared.normalize(name)
