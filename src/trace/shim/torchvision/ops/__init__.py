"""torchvision.ops: blocks of models. What works on boxes needs values, and says so where it is called."""
from torch._missing import Missing

from . import misc
from .drop_block import DropBlock2d, drop_block2d
from .feature_pyramid_network import FeaturePyramidNetwork
from .misc import Conv2dNormActivation, ConvNormActivation, FrozenBatchNorm2d, MLP, Permute, SqueezeExcitation
from .stochastic_depth import StochasticDepth, stochastic_depth

__all__ = [
    "Conv2dNormActivation", "ConvNormActivation", "DropBlock2d", "FeaturePyramidNetwork", "FrozenBatchNorm2d", "MLP",
    "Permute", "SqueezeExcitation", "StochasticDepth", "drop_block2d", "misc", "stochastic_depth",
]  # fmt: skip


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing(f"torchvision.ops.{name}")
