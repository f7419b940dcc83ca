"""Layers in plain lists and dicts that are attributes of a module: PyTorch does not look into them."""
import ast
import itertools

from torch import nn

from .advice import edits
from .advice.python import class_node
from .modules import is_library

KINDS = {list: "list", tuple: "tuple", dict: "dict"}
LITERALS = {
    "list": (ast.List, ast.ListComp), "tuple": (ast.Tuple,), "dict": (ast.Dict, ast.DictComp),
}  # fmt: skip


class PlainContainer:
    def __init__(self, path, owner, attribute, kind, modules):
        self.path, self.owner, self.attribute, self.kind, self.modules = path, owner, attribute, kind, modules

    def to_json(self):
        place, fix = located(self)
        return {"path": self.path, "attribute": self.attribute, "kind": self.kind, "count": len(self.modules),
                "place": place, "fix": fix}  # fmt: skip

    def parameters(self):
        return {id(parameter) for module in self.modules for parameter in module.parameters()}


def plain_containers(model):
    """Of the modules that are the user's, those that hold what nothing registers: `self.stages = [self.a, self.b]` is fine."""
    registered = set(map(id, model.modules()))
    found = []
    for path, owner in model.named_modules():
        if is_library(type(owner)):
            continue
        for attribute, value in vars(owner).items():
            kind = KINDS.get(type(value))
            if kind is None or attribute.startswith("_"):
                continue
            parts = value.values() if kind == "dict" else value
            modules = [part for part in parts if isinstance(part, nn.Module) and id(part) not in registered]
            if any(map(matters, modules)):
                found.append(PlainContainer(path, owner, attribute, kind, modules))
    return found


def matters(module):
    """Whether it has something to train, to save, or to do differently in evaluation."""
    if any(type(part).__name__.endswith(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d")) for part in module.modules()):
        return True
    return any(True for _ in itertools.chain(module.parameters(), module.buffers()))


def located(container):
    """(SourceRange of the value, fix) of `self.attribute = […]` in the class that has it, as far as that is plain."""
    for cls in type(container.owner).__mro__:
        found = class_node(cls)
        if found is None:
            continue
        file, node = found
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign) and any(is_attribute(t, container.attribute) for t in statement.targets):
                return edits.range_of(file, statement.value), wrapped(file, statement.value, container)
    return None, None


def is_attribute(target, name):
    return isinstance(target, ast.Attribute) and target.attr == name and (
        isinstance(target.value, ast.Name) and target.value.id == "self"
    )  # fmt: skip


def wrapped(file, value, container):
    if not isinstance(value, LITERALS[container.kind]):
        return None
    if container.kind == "dict" and not all(isinstance(key, str) for key in getattr(container.owner, container.attribute)):
        return None
    name = "ModuleDict" if container.kind == "dict" else "ModuleList"
    prefix = prefix_of_nn(type(container.owner), name)
    if prefix is None:
        return None
    is_bare = isinstance(value, ast.Tuple) and not edits.text_of(file, value).startswith("(")
    before, after = (f"{prefix}{name}([", "])") if is_bare else (f"{prefix}{name}(", ")")
    change = edits.fix(
        f"Use {prefix}{name}", edits.inserted_before(file, value, before), edits.inserted_after(file, value, after)
    )
    return {"title": change["title"], "edits": change["edits"]}


def prefix_of_nn(cls, name):
    """How the class's file calls torch.nn: `nn.`, `torch.nn.`, or nothing where it imports the name itself."""
    names = getattr(cls.__init__, "__globals__", {})
    if names.get("nn") is nn:
        return "nn."
    if getattr(names.get("torch"), "nn", None) is nn:
        return "torch.nn."
    return "" if names.get(name) is getattr(nn, name) else None
