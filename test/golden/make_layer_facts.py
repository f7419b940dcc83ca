"""Writes layer_facts.json: what real PyTorch says of sizes, receptive fields and tensors kept for the backward pass.

Receptive fields are measured: which input pixels have a gradient from one output pixel, with positive weights so that
nothing cancels, and with mean pooling in place of max pooling, whose gradient reaches one pixel of each window alone.
"""
import json
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent

# Layer, input without batch.
LAYERS = [
    ("nn.Conv2d(3, 4, 3)", (3, 16, 17)),
    ("nn.Conv2d(3, 4, 3, padding=1)", (3, 161, 161)),
    ("nn.Conv2d(3, 4, (5, 3), stride=(2, 3), padding=(1, 2), dilation=(2, 1))", (3, 33, 40)),
    ("nn.Conv2d(3, 4, 3, padding='same', dilation=2)", (3, 9, 12)),
    ("nn.Conv2d(3, 6, 7, 2, 3, groups=3)", (3, 224, 192)),
    ("nn.Conv1d(3, 4, 5, stride=2, padding=1)", (3, 50)),
    ("nn.ConvTranspose1d(3, 4, 4, stride=3, padding=1, output_padding=2)", (3, 20)),
    ("nn.ConvTranspose2d(4, 2, 2, stride=2)", (4, 10, 13)),
    ("nn.ConvTranspose2d(4, 2, 3, stride=(2, 3), padding=1, output_padding=(1, 2), dilation=2)", (4, 9, 8)),
    ("nn.MaxPool2d(2)", (3, 161, 160)),
    ("nn.MaxPool2d(3, 2, 1)", (3, 112, 113)),
    ("nn.MaxPool2d(3, 2, ceil_mode=True)", (3, 28, 29)),
    ("nn.MaxPool2d(2, 3, 1, ceil_mode=True)", (3, 5, 6)),
    ("nn.MaxPool2d(3, stride=2, dilation=2)", (3, 20, 31)),
    ("nn.MaxPool1d(4, 2)", (3, 31)),
    ("nn.AvgPool2d(3, 2, 1)", (3, 15, 16)),
    ("nn.AvgPool2d((2, 3), ceil_mode=True)", (3, 15, 16)),
    ("nn.AvgPool1d(3)", (3, 31)),
    ("nn.AdaptiveAvgPool2d(1)", (3, 13, 7)),
    ("nn.AdaptiveMaxPool2d((5, 4))", (3, 13, 7)),
    ("nn.Upsample(scale_factor=2)", (3, 7, 9)),
    ("nn.Upsample(scale_factor=1.7, mode='bilinear')", (3, 7, 9)),
    ("nn.Upsample(size=(161, 100), mode='bilinear', align_corners=True)", (3, 80, 31)),
    ("nn.Flatten()", (6, 5, 4)),
    ("nn.ZeroPad2d((1, 2, 0, -1))", (3, 8, 9)),
    ("nn.Linear(24, 7)", (24,)),
    ("nn.BatchNorm2d(3)", (3, 8, 9)),
    ("nn.GroupNorm(3, 6)", (6, 8, 9)),
    ("nn.LayerNorm((3, 8, 9))", (3, 8, 9)),
    ("nn.PixelShuffle(2)", (8, 5, 4)),
]

# Expression over x (1×2×H×W) and layers made of positive numbers; input size.
FIELDS = [
    ("nn.Sequential(nn.Conv2d(2, 3, 3), nn.Conv2d(3, 2, 3))(x)", (33, 33)),
    ("nn.Sequential(nn.Conv2d(2, 3, (3, 5), stride=(2, 1)), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 2, 3, dilation=2))(x)", (49, 49)),
    ("nn.Sequential(nn.Conv2d(2, 4, 7, 2, 3), nn.BatchNorm2d(4), nn.MaxPool2d(3, 2, 1), nn.Conv2d(4, 4, 3, 2, 1))(x)", (97, 97)),
    ("nn.Conv2d(2, 2, 3, padding=1)(nn.Conv2d(2, 2, 3, padding=1)(x)) + x", (33, 33)),
    ("torch.cat([nn.Conv2d(2, 2, 5, padding=2)(x), nn.Conv2d(2, 2, (1, 7), padding=(0, 3))(x)], 1)", (33, 33)),
    ("nn.ConvTranspose2d(2, 2, 2, stride=2)(nn.AvgPool2d(2)(nn.Conv2d(2, 2, 3, padding=1)(x)))", (40, 40)),
    ("nn.Conv2d(2, 2, 3)(nn.ConvTranspose2d(2, 2, 5, stride=2)(x))", (25, 25)),
    ("nn.Conv2d(2, 2, 3)(F.interpolate(nn.Conv2d(2, 2, 3, 2)(x), scale_factor=2, mode='nearest'))", (49, 49)),
    ("nn.Conv2d(2, 2, 3)(F.interpolate(nn.Conv2d(2, 2, 3, 2)(x), scale_factor=2, mode='bilinear'))", (49, 49)),
    ("nn.Conv2d(2, 2, 3)(nn.PixelShuffle(2)(nn.Conv2d(2, 8, 3, 2)(x)))", (49, 49)),
    ("nn.Conv2d(2, 2, 3)(F.adaptive_avg_pool2d(x, 8))", (32, 32)),
    ("nn.Conv2d(4, 4, 3, groups=4)(nn.Conv2d(2, 4, 3)(x).view(1, 2, 2, 31, 31).transpose(1, 2).reshape(1, 4, 31, 31))", (33, 33)),
    ("nn.Conv2d(2, 2, 3)(nn.LayerNorm(2)(nn.Conv2d(2, 2, 3)(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2))", (33, 33)),
    ("nn.Conv2d(2, 2, 3)(x[:, :, ::2, ::2])", (33, 33)),
    ("x * torch.sigmoid(nn.Conv2d(2, 2, 1)(F.adaptive_avg_pool2d(x, 1)))", (16, 16)),
    ("nn.Conv2d(2, 2, 3)(x).mean((2, 3), keepdim=True)", (16, 16)),
    ("nn.Linear(2 * 16, 3)(F.avg_pool2d(x, 4).flatten(1))", (16, 16)),
    ("(lambda t: (t @ t.transpose(1, 2)).softmax(-1) @ t)(nn.Conv2d(2, 3, 4, 4)(x).flatten(2).transpose(1, 2)).transpose(1, 2).reshape(1, 3, 4, 4)", (16, 16)),
]

# Expression over x (2×4×16×12): bytes kept between forward and backward, parameters and buffers apart.
KEPT = [
    "nn.Conv2d(4, 6, 3, padding=1)(x)",
    "nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU())(x)",
    "nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Conv2d(6, 4, 1))(x)",
    "nn.MaxPool2d(2)(nn.ReLU()(x))",
    "nn.AvgPool2d(2)(x)",
    "nn.AdaptiveAvgPool2d(1)(torch.sigmoid(x))",
    "nn.Linear(768, 5)(nn.Flatten()(x))",
    "nn.ConvTranspose2d(4, 2, 2, 2)(x)",
    "torch.cat([x, F.interpolate(F.avg_pool2d(x, 2), scale_factor=2)], 1)",
    "F.pad(x, (1, 1, 1, 1)) + 1",
    "F.gelu(F.silu(F.hardswish(F.leaky_relu(F.elu(torch.tanh(x))))))",
    "F.log_softmax(x, 1)",
]


def output_shape(layer, shape):
    module = eval(layer)
    return {"layer": layer, "input": [2, *shape], "output": list(module(torch.rand(2, *shape)).shape)}


class Positive:
    """`nn` whose layers are in eval mode and have positive weights in double precision."""

    def __getattr__(self, name):
        made = getattr(nn, "AvgPool2d" if name == "MaxPool2d" else name)

        def build(*args, **kwargs):
            module = made(*args, **kwargs).double().eval()
            for parameter in module.parameters():
                nn.init.uniform_(parameter, 0.1, 1)
            return module

        return build


def seen_by(x, value):
    """(first, last) of the rows and of the columns that have a gradient from `value`."""
    (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
    pixels = gradient[0].abs().sum(0)
    spans = []
    for dim in (1, 0):
        found = (pixels.sum(dim) > 0).nonzero().flatten()
        spans.append((int(found[0]), int(found[-1])))
    return spans


def field(expression, size):
    torch.manual_seed(0)
    x = torch.rand(1, 2, *size, dtype=torch.float64, requires_grad=True)
    y = eval(expression, {"nn": Positive(), "torch": torch, "F": F, "x": x})
    answer = {"expression": expression, "size": list(size)}
    if y.ndim < 4 or y.shape[2] * y.shape[3] < 16:
        value = y.flatten(2).sum(1)[0, 0] if y.ndim > 2 else y[0, 0]
        return {**answer, "field": [last - first + 1 for first, last in seen_by(x, value)]}
    height, width = y.shape[2:]
    # From the middle, where nothing is cut off by the border, over all phases of a stride.
    rows, columns = ([n // 2 - 2 + i for i in range(4)] for n in (height, width))
    spans = {(r, c): seen_by(x, y[0, :, r, c].sum()) for r in rows for c in columns}
    sizes = [max(span[axis][1] - span[axis][0] + 1 for span in spans.values()) for axis in (0, 1)]
    return {**answer, "field": sizes}


def kept(expression):
    x = torch.rand(2, 4, 16, 12, requires_grad=True)
    found, state = {}, set()
    registers = nn.Module.register_parameter, nn.Module.register_buffer

    def noting(register):
        def note(module, name, tensor, **keywords):
            if tensor is not None:
                state.add(tensor.data_ptr())
            register(module, name, tensor, **keywords)

        return note

    def pack(tensor):
        found[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    nn.Module.register_parameter, nn.Module.register_buffer = map(noting, registers)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        y = eval(expression)  # keeps the graph, and so what it saved
    nn.Module.register_parameter, nn.Module.register_buffer = registers
    return {"expression": expression, "bytes": sum(size for at, size in found.items() if at not in state)}


def lines(entries):
    return "[\n  " + ",\n  ".join(json.dumps(entry) for entry in entries) + "\n ]"


text = {
    "layers": [output_shape(*layer) for layer in LAYERS],
    "fields": [field(*entry) for entry in FIELDS],
    "kept": [kept(expression) for expression in KEPT],
}
parts = ",\n ".join(f"{json.dumps(name)}: {lines(entries)}" for name, entries in text.items())
(HERE / "layer_facts.json").write_text("{\n " + parts + "\n}\n")
