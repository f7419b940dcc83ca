"""Imports of the workspace's files."""
import importlib.abc
import importlib.machinery
import os
import posixpath
import re
import sys

from torch._frames import WORKSPACE

from .library import OURS, environment


# `from .parts import …`, `from ..models.parts import …`
RELATIVE = re.compile(r"^[ \t]*from[ \t]+(\.+)", re.MULTILINE)


class WorkspaceFinder(importlib.abc.MetaPathFinder):
    """Finds modules among the request's files. Folders without `__init__.py` are packages too, as in Python."""

    def __init__(self, files, entry):
        self.files = files
        self.entry_folder = entry.rpartition("/")[0]
        self.folders = set()
        for path in files:
            folder = path.rpartition("/")[0] if path.endswith(".py") else ""
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]
        self.name, root = self.module_name(entry)
        self.roots = list(dict.fromkeys([root, ""]))
        self.tops = {name for root in self.roots for name in self.modules_in(root)}
        self.bare_folders = {name[:-1] for name in self.tops if name.endswith("/")}

    def module_name(self, entry):
        """The entry's dotted name and the folder from which it is imported: the one above its packages.

        A file with relative imports is a package's, with `__init__.py` or without."""
        folder, _, file = entry.rpartition("/")
        parts = [file.removesuffix(".py")]
        dots = max(map(len, RELATIVE.findall(self.files.get(entry, ""))), default=0)
        while folder and (f"{folder}/__init__.py" in self.files or len(parts) <= dots):
            folder, _, package = folder.rpartition("/")
            parts.insert(0, package)
        if len(parts) > 1 and parts[-1] == "__init__":
            parts.pop()
        name = ".".join(parts)
        if len(parts) == 1 and (name in sys.modules or name.split(".")[0] in OURS):
            name = f"workspace_{name}"  # a file called random.py must not become Python's random
        return name, folder

    def find_spec(self, fullname, path, target=None):
        top, _, last = fullname.rpartition(".")
        if fullname == "torch":
            return None
        if not top:
            return self.first_spec(fullname, [*self.roots, *self.appended()], environment.offers(fullname))
        folders = [folder[len(WORKSPACE) :].rstrip("/") for folder in path or [] if folder.startswith(WORKSPACE)]
        return self.first_spec(last, folders, False, fullname)

    def first_spec(self, name, folders, only_regular, fullname=None):
        """In the first of the folders that has it; a folder without `__init__.py` only where nothing else is found."""
        specs = [self.spec_at(fullname or name, join(folder, name)) for folder in folders]
        regular = next((spec for spec in specs if spec is not None and spec.loader is not None), None)
        return regular or (None if only_regular else next((spec for spec in specs if spec is not None), None))

    def appended(self):
        """What the files put on `sys.path`, relative to the folder of the entry or of the workspace."""
        for entry in sys.path:
            if not isinstance(entry, (str, os.PathLike)):
                continue
            entry = os.fspath(entry)
            for base in (self.entry_folder, "") if not entry.startswith("/") else ("",):
                place = posixpath.normpath(posixpath.join(WORKSPACE, base, entry))
                if f"{place}/".startswith(WORKSPACE):
                    yield place[len(WORKSPACE) :]

    def elsewhere(self, name):
        """The module in the nearest folder of the workspace that has one of this name: `src/`, the project's root."""
        suffixes = (f"/{name}.py", f"/{name}/__init__.py")
        found = {path.removesuffix(suffix) for path in self.files for suffix in suffixes if path.endswith(suffix)}
        found |= {folder[: -len(name) - 1] for folder in self.folders if folder.endswith(f"/{name}")}
        own = self.entry_folder.split("/")

        def distance(folder):
            parts = folder.split("/")
            shared = len(posixpath.commonprefix([parts, own]))
            return len(own) + len(parts) - 2 * shared, folder

        return self.first_spec(name, sorted(found, key=distance), False)

    def replaces(self, fullname):
        """True where the workspace has a top-level module of its own under the name of one that is kept between traces."""
        top = fullname.partition(".")[0]
        return top in self.tops or top in self.bare_folders and not environment.offers(top)

    def modules_in(self, root):
        """Top-level names that come before a kept module's; Python's own modules and PyTorch are never replaced.

        Of a folder without `__init__.py`, `name/`."""
        start = len(root) + 1 if root else 0
        for path in self.files:
            if path.endswith(".py") and (not root or path.startswith(f"{root}/")):
                name, _, rest = path[start:].partition("/")
                name = name.removesuffix(".py")
                if name not in ("torch", "cnnlab") and name not in sys.stdlib_module_names:
                    yield name if rest in ("", "__init__.py") else f"{name}/"

    def spec_at(self, fullname, place):
        if f"{place}/__init__.py" in self.files:
            return self.spec(fullname, f"{place}/__init__.py", place)
        if f"{place}.py" in self.files:
            return self.spec(fullname, f"{place}.py", None)
        if place in self.folders:
            spec = importlib.machinery.ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [WORKSPACE + place]
            return spec
        return None

    def spec(self, fullname, file, package):
        loader = WorkspaceLoader(file, self.files[file])
        spec = importlib.machinery.ModuleSpec(fullname, loader, origin=WORKSPACE + file, is_package=package is not None)
        spec.has_location = True
        if package is not None:
            spec.submodule_search_locations = [WORKSPACE + package]
        return spec


class ElsewhereFinder(importlib.abc.MetaPathFinder):
    """After Python's own finders: where the folder that a project puts on `sys.path` is not known."""

    def __init__(self, workspace):
        self.workspace = workspace

    def find_spec(self, fullname, path, target=None):
        return self.workspace.elsewhere(fullname) if path is None else None


class WorkspaceLoader(importlib.abc.Loader):
    def __init__(self, file, source):
        self.file, self.source = file, source

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        code = compile(self.source, WORKSPACE + self.file, "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def get_source(self, fullname):
        return self.source


def join(folder, name):
    return f"{folder}/{name}" if folder else name
