"""torch.nn.modules.pooling."""
from .stateless import *  # noqa: F401,F403
