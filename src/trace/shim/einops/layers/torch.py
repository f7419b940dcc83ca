"""einops' operations as modules of torch."""
from torch import nn
from torch._missing import Missing

from .. import transform
from .._patterns import EinopsError, parse

EinMix = Missing("einops.layers.torch.EinMix")


class Rearrange(nn.Module):
    operation = "rearrange"

    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern, self.axes_lengths = pattern, axes_lengths
        try:
            parse(pattern, "rearrange" if self.operation == "rearrange" else "reduce")
        except EinopsError as error:
            raise EinopsError(f'Error while preparing {self.operation} pattern "{pattern}". {error}') from None

    def forward(self, input):
        return transform(input, self.pattern, self.operation, self.axes_lengths)

    def extra_repr(self):
        lengths = "".join(f", {name}={length}" for name, length in self.axes_lengths.items())
        return f"'{self.pattern}'{lengths}"


class Reduce(Rearrange):
    def __init__(self, pattern, reduction, **axes_lengths):
        object.__setattr__(self, "operation", reduction)
        super().__init__(pattern, **axes_lengths)
        self.reduction = reduction
