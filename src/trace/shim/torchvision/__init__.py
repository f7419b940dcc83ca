"""CNN Lab's stand-in for torchvision: models, blocks of models, and the tensor functions of transforms."""
import importlib

from . import transforms  # noqa: F401

__version__ = "0.19.0+cnnlab"


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return importlib.import_module(f"torchvision.{name}")
