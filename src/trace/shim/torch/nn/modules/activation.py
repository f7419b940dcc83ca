"""torch.nn.modules.activation."""
from .stateless import *  # noqa: F401,F403
