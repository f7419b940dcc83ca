"""torch.nn.modules.loss."""
from .losses import *  # noqa: F401,F403
