"""Imports of the workspace's files."""
import importlib.abc
import importlib.machinery
import sys

from torch._frames import WORKSPACE

from .library import OURS


class WorkspaceFinder(importlib.abc.MetaPathFinder):
    """Finds modules among the request's files. Folders without `__init__.py` are packages too, as in Python."""

    def __init__(self, files, entry):
        self.files = files
        self.folders = {path.rpartition("/")[0] for path in files}
        for folder in list(self.folders):
            while folder:
                folder = folder.rpartition("/")[0]
                self.folders.add(folder)
        self.name, root = self.module_name(entry)
        self.roots = list(dict.fromkeys([root, ""]))
        self.tops = {name for root in self.roots for name in self.modules_in(root)}

    def module_name(self, entry):
        """The entry's dotted name and the folder from which it is imported: the one above its packages."""
        folder, _, file = entry.rpartition("/")
        parts = [file.removesuffix(".py")]
        while folder and f"{folder}/__init__.py" in self.files:
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
        if not top:
            if fullname == "torch":
                return None
            places = [join(root, fullname) for root in self.roots]
        else:
            folders = [folder for folder in path or [] if folder.startswith(WORKSPACE)]
            places = [join(folder[len(WORKSPACE) :].rstrip("/"), last) for folder in folders]
        for place in places:
            spec = self.spec_at(fullname, place)
            if spec is not None:
                return spec
        return None

    def replaces(self, fullname):
        """True where the workspace has a top-level module of its own under the name of one that is kept between traces."""
        return fullname.partition(".")[0] in self.tops

    def modules_in(self, root):
        """Top-level names that come before a kept module's; Python's own modules and PyTorch are never replaced."""
        start = len(root) + 1 if root else 0
        for path in self.files:
            if path.startswith(root):
                name, _, rest = path[start:].partition("/")
                name = name.removesuffix(".py") if not rest else name if rest == "__init__.py" else ""
                if name not in ("torch", "cnnlab") and name not in sys.stdlib_module_names:
                    yield name

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
