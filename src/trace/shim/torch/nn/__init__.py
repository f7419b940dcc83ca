"""torch.nn: the layers that CNN Lab has; the names of others are placeholders that say so."""
from .._missing import missing_attribute, pytorch_names
from .._tensor import Parameter
from . import functional, init
from . import modules
from .modules import *  # noqa: F401,F403
from . import parallel, parameter, utils
from .parallel import DataParallel

__getattr__ = missing_attribute("torch.nn", lambda: pytorch_names()["torch.nn"], lambda: list(globals()))
