"""Slips of Python and of `nn.Module`: names, arguments, and what was forgotten."""
import ast
import difflib
import inspect

from torch import _frames, nn

from ..candidates import header_range
from . import edits
from .mistake import Advice

IMPORTS = {
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "math": "import math",
    "np": "import numpy as np",
    "partial": "from functools import partial",
    "OrderedDict": "from collections import OrderedDict",
}


def class_node(cls):
    """(file, ClassDef) of a class of the workspace, or None."""
    line = cls.__dict__.get("__firstlineno__")
    code = next((v.__code__ for v in vars(cls).values() if inspect.isfunction(v)), None)
    if line is None or code is None or not code.co_filename.startswith(_frames.WORKSPACE):
        return None
    file = code.co_filename[len(_frames.WORKSPACE) :]
    tree = edits.syntax_tree(file)
    for node in ast.walk(tree) if tree is not None else ():
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) if isinstance(node, ast.ClassDef) else 0
        if first == line and node.name == cls.__name__:
            return file, node
    return None


def method(node, name):
    return next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == name), None)


def own_module(mistake):
    """The user's module whose method the error came out of."""
    owner = mistake.caller and mistake.caller.f_locals.get("self")
    return owner if isinstance(owner, nn.Module) else None


def name_of_method(file, function):
    place = header_range(function, file)
    column = place["endColumn"] - len(function.name)
    return {**place, "column": column}


def missing_super(match, mistake):
    owner = mistake.caller and mistake.caller.f_locals.get("self")
    found = class_node(type(owner)) if owner is not None else None
    hint = "Call super().__init__() first in __init__: it makes the places that layers and parameters are kept in."
    init = found and method(found[1], "__init__")
    if not init:
        return Advice(hint, code="missing-super")
    file, _ = found
    first = init.body[0]
    described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    if described and len(init.body) > 1:
        first = init.body[1]
    uncalled = next((n for n in init.body if isinstance(n, ast.Expr) and is_super_init(n.value)), None)
    if uncalled:
        change = edits.inserted_after(file, uncalled.value, "()")
    elif first.lineno == init.lineno:  # def __init__(self): self.a = …
        change = edits.inserted_before(file, first, "super().__init__(); ")
    else:
        line = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", []))])
        change = edits.at_line(file, line, f"{' ' * first.col_offset}super().__init__()\n")
    return Advice(hint, [edits.fix("Call super().__init__() first", change, proven=False)], "missing-super")


def is_super_init(node):
    return isinstance(node, ast.Attribute) and node.attr == "__init__" and isinstance(node.value, ast.Call) and (
        isinstance(node.value.func, ast.Name) and node.value.func.id == "super"
    )  # fmt: skip


def missing_forward(match, mistake):
    module, name = mistake.module, match[1]
    if name in ("ModuleList", "ModuleDict"):
        each = "`for layer in layers: x = layer(x)`" if name == "ModuleList" else 'by its name, `layers["name"](x)`'
        return Advice(f"A {name} only holds layers: call {each}, or use nn.Sequential.", code="missing-forward")
    found = class_node(type(module)) if module is not None else None
    if found is None:
        return Advice("Define `def forward(self, x):` in the class.", code="missing-forward")
    file, node = found
    for init in (part for part in node.body if isinstance(part, ast.FunctionDef)):
        if any(isinstance(part, ast.FunctionDef) and part.name == "forward" for part in ast.walk(init) if part is not init):
            hint = f"`forward` is indented as a part of {init.name}: move it to the left, to the level of {init.name}."
            return Advice(hint, [dedented(file, init)], "missing-forward")
    names = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
    nearest = difflib.get_close_matches("forward", [n for n in names if not n.startswith("__")], 1, 0.7)
    if nearest:
        change = {**name_of_method(file, method(node, nearest[0])), "text": "forward"}
        return Advice(
            f"PyTorch calls `forward`; the class has `{nearest[0]}`.",
            [edits.fix(f"Rename {nearest[0]} to forward", change, proven=False)], "missing-forward",
        )  # fmt: skip
    return Advice(f"Define `def forward(self, x):` in {name}.", code="missing-forward")


def dedented(file, init):
    """The nested `forward`, where it ends the method around it, moved out."""
    inner = init.body[-1]
    if not isinstance(inner, ast.FunctionDef) or inner.name != "forward" or len(init.body) < 2:
        return None
    step = inner.col_offset - init.col_offset
    changes = []
    for line in range(inner.lineno, inner.end_lineno + 1):
        if _frames.source_line(file, line)[:step].isspace():
            changes.append({"file": file, "line": line, "column": 0, "endLine": line, "endColumn": step, "text": ""})
    return edits.fix("Move forward out of the method", *changes, proven=False)


def not_a_module(match, mistake):
    """nn.Sequential([…]) and things that are no layers in a container."""
    call = edits.node_at(mistake.place, ast.Call)
    kind = match[1]
    if kind == "list" and call is not None and len(call.args) == 1 and not call.keywords:
        change = edits.inserted_before(mistake.place["file"], call.args[0], "*")
        return Advice("nn.Sequential takes layers one by one: put a * before the list.",
                      [edits.fix("Unpack the list: *[…]", change, proven=False)], "invalid-argument")  # fmt: skip
    if kind in ("type", "function", "builtin_function_or_method"):
        return Advice("Containers hold layers, not classes or functions: `nn.ReLU()`, not `nn.ReLU` or `F.relu`.",
                      code="invalid-argument")  # fmt: skip
    return None


def missing_input(match, mistake):
    """`Net.forward() missing 1 required positional argument: 'y'`"""
    module = mistake.module
    if module is None or not match[1].endswith("forward"):
        return None
    names = [name for name in inspect.signature(type(module).forward).parameters][1:]
    return Advice(f"{type(module).__name__} takes {len(names)} inputs: {', '.join(names)}. "
                  f"It was called with {len(mistake.error.module_arguments)}.", code="wrong-inputs")  # fmt: skip


def too_many_inputs(match, mistake):
    module = mistake.module
    if module is None or not match[1].endswith("forward"):
        return None
    names = [name for name in inspect.signature(type(module).forward).parameters]
    if not names or names[0] != "self":
        return Advice("The first parameter of forward must be `self`.", code="wrong-inputs")
    return Advice(f"{type(module).__name__} takes {', '.join(names[1:]) or 'no inputs'}; "
                  f"it was called with {len(mistake.error.module_arguments)}.", code="wrong-inputs")  # fmt: skip


def missing_layer_argument(match, mistake):
    cls = getattr(nn, match[1], None)
    if not isinstance(cls, type):
        return None
    names = required(cls)
    return Advice(f"{match[1]}({', '.join(names)}) needs all of these." if names else None, code="missing-argument")


def required(cls):
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.kind in plain and p.default is p.empty]


def unknown_argument(match, mistake):
    """A misspelt keyword of a layer; Python's own suggestion stands in the message."""
    name, suggestion = match[1], match[2]
    call = edits.node_at(mistake.place, ast.Call)
    keyword = next((k for k in call.keywords if k.arg == name), None) if call is not None else None
    if keyword is None or suggestion is None:
        return None
    file = mistake.place["file"]
    place = _frames.source_range(file, keyword.lineno, keyword.col_offset, keyword.lineno,
                                 keyword.col_offset + len(name.encode()))  # fmt: skip
    fix = edits.fix(f"Change {name} to {suggestion}", {**place, "text": suggestion}, proven=False)
    return Advice(f"The argument is called `{suggestion}`.", [fix], "unknown-argument")


def float_size(match, mistake):
    call = edits.node_at(mistake.place, ast.Call)
    file = mistake.place["file"]
    fixes = []
    for value in [*call.args, *(k.value for k in call.keywords)] if call is not None else []:
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            between = edits.range_of(file, value.left)
            after = edits.range_of(file, value.right)
            line = _frames.source_line(file, between["endLine"])
            slash = line.find("/", between["endColumn"]) if line.isascii() else -1
            if between["endLine"] == after["line"] and slash >= 0:
                place = {"line": between["endLine"], "column": slash, "endLine": between["endLine"], "endColumn": slash + 1}
                fixes.append(edits.fix("Divide whole numbers: //", {"file": file, **place, "text": "//"}, proven=False))
    return Advice("Sizes are whole numbers: divide by //, or round with int().", fixes, "invalid-argument")


def not_a_tensor(match, mistake):
    """A layer or function that was given something else than a tensor."""
    kind = match[1]
    if kind in ("list", "tuple"):
        hint = (
            f"It takes one tensor, not a {kind} of several: join them by torch.cat(…, dim=1), or take one by its index."
        )
    elif isinstance(getattr(nn, kind, None), type):
        hint = f"What is given is the layer itself: call it, as in `layer(x)`."
    elif kind == "NoneType":
        hint = "What is given is None: a `return` may be missing where it comes from."
    else:
        hint = f"It takes a tensor, not a {kind}."
    return Advice(hint, code="invalid-argument")


def cat_arguments(match, mistake):
    call = edits.node_at(mistake.place, ast.Call)
    fixes = []
    if call is not None and len(call.args) > 1 and not any(isinstance(part, ast.Starred) for part in call.args):
        file = mistake.place["file"]
        before = edits.inserted_before(file, call.args[0], "[")
        fixes.append(edits.fix("Make a list of the tensors", before, edits.inserted_after(file, call.args[-1], "]"), proven=False))
    return Advice("torch.cat takes the tensors as one list: torch.cat([a, b], dim=1).", fixes, "invalid-argument")


def dtype(match, mistake):
    given = mistake.tensors[0].dtype.name if mistake.tensors else ""
    if "float" not in given:
        return Advice(f"What arrives is {given}, the weights are float32: convert it by `x.float()`.", code="dtype-mismatch")
    return Advice(f"What arrives is {given}, the weights are float32: bring both to one type.", code="dtype-mismatch")


def indices(match, mistake):
    return Advice("An embedding looks rows up by whole numbers: convert them by `x.long()`.", code="dtype-mismatch")


def unknown_name(match, mistake):
    name, file = match[1], mistake.place["file"]
    owner = own_module(mistake)
    if owner is not None and hasattr(owner, name):
        change = {**mistake.place, "endLine": mistake.place["line"], "endColumn": mistake.place["column"], "text": "self."}
        return Advice(f"The layer is an attribute: `self.{name}`.",
                      [edits.fix(f"Use self.{name}", change, proven=False)], "unknown-name")  # fmt: skip
    if name in IMPORTS:
        change = edits.at_line(file, import_line(file), f"{IMPORTS[name]}\n")
        return Advice(f"`{IMPORTS[name]}` is missing.", [edits.fix(f"Add {IMPORTS[name]}", change, proven=False)], "unknown-name")
    known = [*(mistake.caller.f_locals if mistake.caller else ()), *(mistake.caller.f_globals if mistake.caller else ())]
    nearest = difflib.get_close_matches(name, [text for text in known if not text.startswith("_")], 1)
    return Advice(f"Did you mean `{nearest[0]}`?" if nearest else None, code="unknown-name")


def import_line(file):
    """Where an import may stand: at the first import that is not from __future__, else after the docstring."""
    tree = edits.syntax_tree(file)
    for node in tree.body:
        if isinstance(node, ast.Import) or isinstance(node, ast.ImportFrom) and node.module != "__future__":
            return node.lineno
    first = tree.body[0]
    described = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return first.end_lineno + 1 if described else first.lineno


def unknown_attribute(match, mistake):
    owner, name = own_module(mistake), match[2]
    if owner is None or type(owner).__name__ != match[1]:
        return tuple_attribute(match) if match[1] in ("tuple", "list") else None
    found = class_node(type(owner))
    if found is not None and method(found[1], "__init__") is None:
        names = [part.name for part in found[1].body if isinstance(part, ast.FunctionDef)]
        misspelt = next((n for n in names if n != "__init__" and n.strip("_").lower() in ("init", "int", "inti")), None)
        if misspelt:
            change = {**name_of_method(found[0], method(found[1], misspelt)), "text": "__init__"}
            return Advice(f"The constructor is called `__init__`, with two underscores on each side, not `{misspelt}`.",
                          [edits.fix(f"Rename {misspelt} to __init__", change, proven=False)], "unknown-name")  # fmt: skip
    known = [*owner._modules, *owner._parameters, *owner._buffers, *vars(owner)]
    nearest = difflib.get_close_matches(name, [text for text in known if not text.startswith("_")], 1)
    if not nearest:
        return Advice(f"No line of {match[1]} has set `self.{name}`.", code="unknown-name")
    return Advice(f"Did you mean `self.{nearest[0]}`?", [rename_attribute(mistake, name, nearest[0])], "unknown-name")


def rename_attribute(mistake, name, nearest):
    node = edits.node_at(mistake.place, ast.Attribute)
    if node is None or node.attr != name:
        return None
    place = edits.range_of(mistake.place["file"], node)
    place = {**place, "line": place["endLine"], "column": place["endColumn"] - len(name)}
    return edits.fix(f"Change to self.{nearest}", {**place, "text": nearest}, proven=False)


def tuple_attribute(match):
    return Advice(f"This is a {match[1]} of several results: take one by its index, as in `x[0]`.")
