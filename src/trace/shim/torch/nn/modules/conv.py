"""torch.nn.modules.conv."""
from .layers import _ConvNd, Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d  # noqa: F401
