"""Writes torchvision.json: what real PyTorch says of every model builder of torchvision. Needs torch and torchvision.

    /usr/bin/python3 test/golden/make_torchvision_goldens.py                  writes test/golden/torchvision.json
    /usr/bin/python3 test/golden/make_torchvision_goldens.py --dump resnet18  prints the text behind the digests

One line is one *case*: a builder, the arguments it is called with, the shapes of the inputs, and of the model that
it gives the number of parameters (`parameters`), of entries of `state_dict` (`entries`) with the digest of their
listing (`state`), and for both modes the number of module calls (`calls`) with the digest of theirs. Of detection
models it is the backbone (`model.backbone`, with its pyramid), since what follows depends on values.

Digests are the first 16 hexadecimal digits of the SHA-256 of a text in UTF-8, whose lines each end with a newline:

- state: `NAME DTYPE[SIZES]`, in the order of `state_dict`: `conv1.weight float32[64,3,7,7]`.
- calls: `PATH CLASS OUTPUT`, in the order in which the calls began, the model's own (`PATH` is then empty) first.
  `PATH` is the first of `named_modules`, `CLASS` the class's `__name__`, `OUTPUT` a tree without spaces:
  a tensor is `DTYPE[SIZES]`, a tuple (named ones too) `(A,B)`, a list `[A,B]`, a dict `{key:A,other:B}` in its
  order, everything else `-`. Sizes are joined by commas, a scalar's are empty: `float32[]`.

Nothing is computed: models live on PyTorch's `meta` device.
"""
import argparse
import hashlib
import json
import pathlib
import warnings

import torch
import torchvision
from torch.overrides import TorchFunctionMode
from torchvision.models import detection, segmentation, video

warnings.filterwarnings("ignore")
TARGET = pathlib.Path(__file__).parent / "torchvision.json"

# Constructors compute sizes with small tensors of arange and linspace: those stay on the CPU.
STORAGE = {torch.empty, torch.zeros, torch.ones, torch.full, torch.randn, torch.rand}
SQUARE, ODD = [2, 3, 224, 224], [2, 3, 193, 161]


class OnMeta(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = dict(kwargs or {})
        if function in STORAGE:
            kwargs.setdefault("device", "meta")
        if function == torch.repeat_interleave and isinstance(args[1], int):  # meta wants the size said
            kwargs["output_size"] = args[0].size(kwargs["dim"]) * args[1]
        if function == torch.nn.functional.max_pool3d:  # meta has none: it is computed on zeros
            return function(torch.zeros(args[0].shape, device="cpu"), *args[1:], **kwargs).to("meta")
        return function(*args, **kwargs)


def classification_cases(name):
    """Two input sizes; where a model is built for one size, two builds."""
    if name.startswith("vit_"):
        patch = int(name.rpartition("_")[2])
        return [({}, SQUARE), ({"image_size": 7 * patch}, [2, 3, 7 * patch, 7 * patch])]
    if name == "maxvit_t":
        return [({}, SQUARE), ({"input_size": [448, 448]}, [2, 3, 448, 448])]
    if name == "inception_v3":  # its auxiliary head needs 299 at least
        return [({}, [2, 3, 299, 299]), ({}, [2, 3, 331, 363])]
    return [({}, SQUARE), ({}, ODD)]


def video_cases(name):
    if name.startswith("mvit"):  # clips of one size only
        return [({}, [1, 3, 16, 224, 224]), ({}, [2, 3, 16, 224, 224])]
    return [({}, [1, 3, 16, 224, 224]), ({}, [2, 3, 14, 225, 257])]


def all_cases():
    """(kind, builder, arguments, input shape)"""
    for name in torchvision.models.list_models(module=torchvision.models):
        yield from (("classification", name, *case) for case in classification_cases(name))
    for name in torchvision.models.list_models(module=segmentation):
        yield from (("segmentation", name, {"weights_backbone": None, "aux_loss": True}, shape)
                    if "lraspp" not in name else ("segmentation", name, {"weights_backbone": None}, shape)
                    for shape in (SQUARE, ODD))  # fmt: skip
    for name in torchvision.models.list_models(module=detection):
        yield from (("detection", name, {"weights_backbone": None}, shape) for shape in ([2, 3, 320, 320], [2, 3, 300, 417]))
    for name in torchvision.models.list_models(module=video):
        yield from (("video", name, *case) for case in video_cases(name))


def build(kind, name, arguments):
    with OnMeta():
        model = torchvision.models.get_model(name, weights=None, **arguments).to("meta")
    return model.backbone if kind == "detection" else model


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


def calls_text(model, shape):
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
    with OnMeta():
        model(torch.empty(shape, device="meta"))
    for handle in handles:
        handle.remove()
    return "".join(records)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def texts(kind, name, arguments, shape):
    """(model, state, calls in train, calls in eval)"""
    model = build(kind, name, arguments)
    return model, state_text(model), calls_text(model.train(), shape), calls_text(model.eval(), shape)


def describe(kind, name, arguments, shape):
    model, state, train, evaluation = texts(kind, name, arguments, shape)
    return {
        "kind": kind,
        "builder": name,
        "args": arguments,
        "input": shape,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "entries": state.count("\n"),
        "state": digest(state),
        "train": {"calls": train.count("\n"), "digest": digest(train)},
        "eval": {"calls": evaluation.count("\n"), "digest": digest(evaluation)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dump", metavar="BUILDER")
    wanted = parser.parse_args().dump
    cases = [case for case in all_cases() if wanted in (None, case[1])]
    if wanted:
        for case in cases:
            _, state, train, evaluation = texts(*case)
            header = " ".join(json.dumps(part, separators=(",", ":")) for part in case[2:])
            print(f"== {header}\n-- state\n{state}-- train\n{train}-- eval\n{evaluation}", end="")
        return
    versions = {"torch": torch.__version__.split("+")[0], "torchvision": torchvision.__version__.split("+")[0]}
    lines = ",\n".join(json.dumps(describe(*case)) for case in cases)
    TARGET.write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')


main()
