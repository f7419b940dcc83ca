"""torch.nn.utils: what training loops call does nothing here."""
from .._missing import Missing


def clip_grad_norm_(*_, **__):
    return None


clip_grad_value_ = clip_grad_norm_


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing(f"torch.nn.utils.{name}")
