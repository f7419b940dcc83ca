"""What a model is made of: each module once, with the user's expression that built it."""
from torch import _frames, nn

from .candidates import as_json


def module_entries(model, constructions):
    """In `named_modules` order. `constructions` as `Recording` holds them; their last lines may be other models'."""
    built = {id(entry[0]): entry for entry in constructions}
    entries = {}

    def walk(path, module):
        known = entries.get(id(module))
        if known is not None:
            known["aliases"].append(path)
            return
        cls = type(module)
        entries[id(module)] = {
            "path": path,
            "class": cls.__name__,
            "isLibrary": is_library(cls),
            "construction": construction(built.get(id(module))),
            "hyperparameters": hyperparameters(module),
            "aliases": [],
        }
        for name, child in module._modules.items():
            if child is not None:
                walk(f"{path}.{name}" if path else name, child)

    walk("", model)
    return list(entries.values())


def is_library(cls):
    return cls.__module__.startswith("torch.nn")


def construction(entry):
    """None for what a library built: the expression that the user wrote there is the library's call."""
    if entry is None:
        return None
    _, _, _, frame, instruction = entry
    if not frame.f_code.co_filename.startswith(_frames.WORKSPACE):
        return None
    return _frames.position(frame.f_code, instruction)


def hyperparameters(module):
    """Of layers of torch.nn and of classes derived from them."""
    if not any(is_library(cls) and cls is not nn.Module for cls in type(module).__mro__):
        return {}
    found = {}
    for name, value in vars(module).items():
        if name.startswith("_") or name == "training":
            continue
        if type(value) is int or type(value) is bool or type(value) is str:
            found[name] = value
            continue
        known, plain = as_json(value)
        if known and not isinstance(value, dict):
            found[name] = plain
    return found
