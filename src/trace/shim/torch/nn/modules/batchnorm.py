"""torch.nn.modules.batchnorm."""
from .layers import _BatchNorm, BatchNorm1d, BatchNorm2d, SyncBatchNorm  # noqa: F401
