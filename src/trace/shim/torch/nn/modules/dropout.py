"""torch.nn.modules.dropout."""
from .stateless import *  # noqa: F401,F403
