"""torch.nn.utils.parametrizations: weight and spectral normalisation, as parametrizations."""
from ... import _pointwise as pointwise
from ... import _reductions as reductions
from ..._missing import Missing
from ..modules.module import Module
from . import weight_norms
from .parametrize import register_parametrization


class _WeightNorm(Module):
    def __init__(self, dim=0):
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g, weight_v):
        return weight_norms.scaled(weight_v, weight_g, self.dim)

    def right_inverse(self, weight):
        return weight_norms.lengths(weight, self.dim), weight


class _SpectralNorm(Module):
    def __init__(self, weight, n_power_iterations=1, dim=0, eps=1e-12):
        super().__init__()
        self.dim, self.n_power_iterations, self.eps = dim if dim >= 0 else dim + weight.ndim, n_power_iterations, eps
        if weight.ndim > 1:
            rows = weight.size(self.dim)
            self.register_buffer("_u", weight_norms.unit_vector(rows))
            self.register_buffer("_v", weight_norms.unit_vector(weight.numel() // rows))

    def forward(self, weight):
        if weight.ndim == 1:
            return pointwise.div(weight, pointwise.clamp(reductions.norm(weight), min=self.eps))
        return weight_norms.spectrally_scaled(weight, self._u, self._v, self.dim)


def weight_norm(module, name="weight", dim=0):
    return register_parametrization(module, name, _WeightNorm(dim))


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    return register_parametrization(
        module, name, _SpectralNorm(getattr(module, name), n_power_iterations, weight_norms.row_axis(module, dim), eps)
    )


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing(f"torch.nn.utils.parametrizations.{name}")
