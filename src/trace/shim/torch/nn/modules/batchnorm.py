"""torch.nn.modules.batchnorm."""
from .normalization import _BatchNorm, BatchNorm1d, BatchNorm2d, SyncBatchNorm  # noqa: F401
