"""torchvision.transforms.v2.functional."""
from ..functional import *  # noqa: F401,F403
from ..functional import __getattr__  # noqa: F401
