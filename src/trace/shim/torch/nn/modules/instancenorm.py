"""torch.nn.modules.instancenorm."""
from .normalization import InstanceNorm1d, InstanceNorm2d  # noqa: F401
