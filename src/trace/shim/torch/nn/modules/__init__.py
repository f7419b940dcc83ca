"""torch.nn.modules."""
from .attention import (
    MultiheadAttention, NonDynamicallyQuantizableLinear, TransformerEncoder, TransformerEncoderLayer,
)  # fmt: skip
from .container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .layers import (
    Bilinear, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, Embedding, Linear, PReLU, _ConvNd,
)  # fmt: skip
from .module import Module
from .normalization import (
    BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm1d, InstanceNorm2d, LayerNorm, RMSNorm, SyncBatchNorm, _BatchNorm,
)  # fmt: skip
from .stateless import *  # noqa: F401,F403

__all__ = [name for name, value in vars().items() if isinstance(value, type) and issubclass(value, Module)]
for _name in ("NonDynamicallyQuantizableLinear", "_BatchNorm", "_ConvNd"):
    __all__.remove(_name)
