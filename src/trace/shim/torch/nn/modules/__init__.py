"""torch.nn.modules."""
from .attention import (
    MultiheadAttention, NonDynamicallyQuantizableLinear, TransformerEncoder, TransformerEncoderLayer,
)  # fmt: skip
from .container import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from .layers import (
    Bilinear, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, Embedding, EmbeddingBag, Linear,
    PReLU, _ConvNd,
)  # fmt: skip
from .module import Module
from .normalization import (
    BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LayerNorm, RMSNorm,
    SyncBatchNorm, _BatchNorm, _InstanceNorm, _NormBase,
)  # fmt: skip
from .losses import *  # noqa: F401,F403
from .rnn import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNBase, RNNCell, RNNCellBase
from .stateless import *  # noqa: F401,F403
from .transformer import Transformer, TransformerDecoder, TransformerDecoderLayer

__all__ = [name for name, value in vars().items() if isinstance(value, type) and issubclass(value, Module)]
for _name in ("NonDynamicallyQuantizableLinear", "_BatchNorm", "_ConvNd", "_InstanceNorm", "_NormBase"):
    __all__.remove(_name)
