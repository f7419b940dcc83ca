"""CNN Lab's stand-in for torchvision: the tensor functions of transforms, the rest inert."""
from . import transforms  # noqa: F401

__version__ = "0.19.0+cnnlab"
