"""torch.nn.modules.upsampling."""
from .stateless import *  # noqa: F401,F403
