"""torch.nn.modules.conv."""
from .layers import (  # noqa: F401
    _ConvNd, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d,
)  # fmt: skip
