"""torch.nn.modules.padding."""
from .stateless import *  # noqa: F401,F403
