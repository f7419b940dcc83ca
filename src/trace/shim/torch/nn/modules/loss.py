"""torch.nn.modules.loss."""
from .stateless import *  # noqa: F401,F403
