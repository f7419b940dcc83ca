"""torch.nn.parameter."""
from .._tensor import Parameter  # noqa: F401
