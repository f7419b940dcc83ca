"""What several families of models share."""
from collections import OrderedDict

from torch import nn


def _make_divisible(v, divisor, min_value=None):
    """`v` to the nearest multiple of `divisor`, never more than a tenth below `v`."""
    nearest = max(divisor if min_value is None else min_value, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * v else nearest


class IntermediateLayerGetter(nn.ModuleDict):
    """The children of `model` up to the last that is wanted; gives {new name: output} of those in `return_layers`."""

    def __init__(self, model, return_layers):
        names = [name for name, _ in model.named_children()]
        if not set(return_layers).issubset(names):
            raise ValueError("return_layers are not present in model")
        wanted = {str(layer): str(name) for layer, name in return_layers.items()}
        last = max(names.index(layer) for layer in wanted)
        super().__init__(OrderedDict((name, getattr(model, name)) for name in names[: last + 1]))
        self.return_layers = wanted

    def forward(self, x):
        outputs = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self.return_layers:
                outputs[self.return_layers[name]] = x
        return outputs
