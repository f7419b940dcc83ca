"""Writes torchvision.json: what real PyTorch says of every model builder of torchvision. Needs torch and torchvision.

    /usr/bin/python3 test/golden/make_torchvision_goldens.py                  writes test/golden/torchvision.json
    /usr/bin/python3 test/golden/make_torchvision_goldens.py --dump resnet18  prints the text behind the digests

One line is one *case*: a builder, the arguments it is called with, the shapes of the inputs, and of the model that
it gives the number of parameters (`parameters`), of entries of `state_dict` (`entries`) with the digest of their
listing (`state`), and for both modes the number of module calls (`calls`) with the digest of theirs. Of detection
models it is the backbone (`model.backbone`, with its pyramid), since what follows depends on values.

How the listings are written and hashed is said in canonical_model_text.py.

Nothing is computed: models live on PyTorch's `meta` device.
"""
import argparse
import json
import pathlib
import warnings

import torch
import torchvision
from torch.overrides import TorchFunctionMode
from canonical_model_text import calls_text, digest, state_text
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


def texts(kind, name, arguments, shape):
    """(model, state, calls in train, calls in eval)"""
    model = build(kind, name, arguments)
    inputs = [torch.empty(shape, device="meta")]
    train = calls_text(model.train(), inputs, OnMeta)
    return model, state_text(model), train, calls_text(model.eval(), inputs, OnMeta)


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
