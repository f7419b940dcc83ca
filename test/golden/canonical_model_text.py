"""What a model is, as text that is compared by digest: its state, and the calls of its modules.

Digests are the first 16 hexadecimal digits of the SHA-256 of a text in UTF-8, whose lines each end with a newline:

- state: `NAME DTYPE[SIZES]`, in the order of `state_dict`: `conv1.weight float32[64,3,7,7]`.
- calls: `PATH CLASS OUTPUT`, in the order in which the calls began, the model's own (`PATH` is then empty) first.
  `PATH` is the first of `named_modules`, `CLASS` the class's `__name__`, `OUTPUT` a tree without spaces:
  a tensor is `DTYPE[SIZES]`, a tuple (named ones too) `(A,B)`, a list `[A,B]`, a dict `{key:A,other:B}` in its
  order, everything else `-`. Sizes are joined by commas, a scalar's are empty: `float32[]`.
"""
import contextlib
import hashlib

import torch


def tree(value):
    if isinstance(value, torch.Tensor):
        return f"{str(value.dtype).removeprefix('torch.')}[{','.join(map(str, value.shape))}]"
    if isinstance(value, tuple):
        return f"({','.join(map(tree, value))})"
    if isinstance(value, list):
        return f"[{','.join(map(tree, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{tree(entry)}" for key, entry in value.items()) + "}"
    return "-"


def state_text(model):
    return "".join(f"{name} {tree(tensor)}\n" for name, tensor in model.state_dict().items())


def calls_text(model, inputs, around=contextlib.nullcontext):
    """`around`: the context in which the model is called."""
    records, stack = [], []

    def begin(module, inputs, path):
        stack.append(len(records))
        records.append(None)

    def end(module, inputs, output, path):
        records[stack.pop()] = f"{path} {type(module).__name__} {tree(output)}\n"

    handles = []
    for path, module in model.named_modules():
        handles.append(module.register_forward_pre_hook(lambda m, i, path=path: begin(m, i, path)))
        handles.append(module.register_forward_hook(lambda m, i, o, path=path: end(m, i, o, path)))
    with around():
        model(*inputs)
    for handle in handles:
        handle.remove()
    return "".join(records)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]
