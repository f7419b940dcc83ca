"""torch.nn.modules.flatten."""
from .stateless import *  # noqa: F401,F403
