"""torch.nn.modules.linear."""
from .layers import Linear  # noqa: F401
