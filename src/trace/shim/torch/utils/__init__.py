"""torch.utils: importable; training is CNN Lab's own."""
from . import checkpoint, data  # noqa: F401
