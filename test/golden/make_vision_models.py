"""Writes vision_models.json: for each line of vision_models.txt, what real torchvision gives in eval mode.

Parameters and running statistics hold waves that the test makes too; other buffers are as the constructor left them.
"""
import json
import math
import pathlib
import warnings

import torch
import torch.nn.functional as F
import torchvision.transforms.functional as TF
from torch import nn
from torchvision import models, ops, transforms
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.googlenet import Inception

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent


class Apply(nn.Module):
    """A function as a module, or a module between functions."""

    def __init__(self, function, before=None, after=None):
        super().__init__()
        self.function, self.before, self.after = function, before, after

    def forward(self, x):
        y = self.function(x if self.before is None else self.before(x))
        return y if self.after is None else self.after(y)


def wave(shape, phase):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)], dtype=torch.float64).float().reshape(shape)


def fill(model):
    state = model.state_dict()
    buffers = dict(model.named_buffers())
    for index, (name, tensor) in enumerate(state.items()):
        if name.endswith("running_var"):
            tensor.copy_(wave(tensor.shape, index).abs() + 0.5)
        elif name not in buffers or name.endswith("running_mean"):
            tensor.copy_(wave(tensor.shape, index) * 0.3)


def describe(line):
    sizes, _, expression = line.partition(" | ")
    shape = [int(size) for size in sizes.split()]
    model = eval(expression, dict(globals())).eval()
    with torch.no_grad():
        fill(model)
        output = model(wave(shape, 1))
    values = [float(f"{value:.6g}") for value in output.reshape(-1).tolist()]
    # Large outputs are told by every so many numbers.
    step = max(1, len(values) // 40)
    return {"expression": expression, "input": shape, "shape": list(output.shape), "step": step, "output": values[::step]}


lines = [line for line in (HERE / "vision_models.txt").read_text().splitlines() if line and not line.startswith("#")]
(HERE / "vision_models.json").write_text("[\n" + ",\n".join(json.dumps(describe(line)) for line in lines) + "\n]\n")
