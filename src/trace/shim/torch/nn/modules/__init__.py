"""torch.nn.modules."""
from .container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .layers import (
    BatchNorm1d, BatchNorm2d, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, Embedding, GroupNorm,
    InstanceNorm1d, InstanceNorm2d, LayerNorm, Linear, PReLU, SyncBatchNorm, _BatchNorm, _ConvNd,
)  # fmt: skip
from .module import Module
from .stateless import *  # noqa: F401,F403
from . import stateless

__all__ = [
    "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential", "BatchNorm1d", "BatchNorm2d",
    "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "Embedding", "GroupNorm", "InstanceNorm1d",
    "InstanceNorm2d", "LayerNorm", "Linear", "PReLU", "SyncBatchNorm", "Module",
] + [name for name, value in vars(stateless).items() if isinstance(value, type) and issubclass(value, Module)]  # fmt: skip
