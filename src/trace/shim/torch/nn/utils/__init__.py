"""torch.nn.utils: what training loops call does nothing here; weights that are computed from others keep their names."""
import types

from ..._missing import Missing
from ..._shaping import cat, flatten
from . import parametrizations, parametrize, weight_norms
from .weight_norms import remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm  # noqa: F401


def clip_grad_norm_(*_, **__):
    return None


clip_grad_value_ = clip_grad_norm = clip_grad_norm_


def parameters_to_vector(parameters):
    return cat([flatten(parameter) for parameter in parameters])




def skip_init(module_cls, *args, **kwargs):
    kwargs.pop("device", None)
    return module_cls(*args, **kwargs)


class _RnnUtils(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing(f"torch.nn.utils.rnn.{name}")


rnn = _RnnUtils("torch.nn.utils.rnn")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing(f"torch.nn.utils.{name}")
