"""torch.nn.utils.weight_norm and spectral_norm, which compute the weight before each forward.

The power iteration of spectral norm is not followed while tracing: `u` and `v` are read, not improved.
"""
from ... import _creation as creation
from ... import _linear_algebra as linear_algebra
from ... import _pointwise as pointwise
from ... import _reductions as reductions
from ... import _shaping as shaping
from ..._tensor import Parameter


def lengths(weight, dim):
    if dim == -1:
        return reductions.norm(weight)
    return reductions.norm(weight, 2, [axis for axis in range(weight.ndim) if axis != dim], True)


def scaled(direction, length, dim):
    return pointwise.mul(direction, pointwise.div(length, lengths(direction, dim)))


def unit_vector(size):
    return creation.randn(size)


def row_axis(module, dim):
    """Transposed convolutions keep their output channels second."""
    return dim if dim is not None else int(type(module).__name__.startswith("ConvTranspose"))


def spectrally_scaled(weight, u, v, dim):
    """weight / uᵀ·W·v"""
    matrix = shaping.flatten(shaping.movedim(weight, dim, 0), 1)
    sigma = linear_algebra.dot(u, linear_algebra.mv(matrix, v))
    return pointwise.div(weight, sigma)


def weight_norm(module, name="weight", dim=0):
    weight = getattr(module, name)
    axis = -1 if dim is None else dim
    del module._parameters[name]
    module.register_parameter(f"{name}_g", Parameter(lengths(weight, axis)))
    module.register_parameter(f"{name}_v", Parameter(weight))

    def compute(module, inputs):
        value = scaled(getattr(module, f"{name}_v"), getattr(module, f"{name}_g"), axis)
        object.__setattr__(module, name, value)

    keep(module, f"weight_norm.{name}", compute)
    object.__setattr__(module, name, scaled(getattr(module, f"{name}_v"), getattr(module, f"{name}_g"), axis))
    return module


def spectral_norm(module, name="weight", n_power_iterations=1, eps=1e-12, dim=None):
    weight = getattr(module, name)
    axis = row_axis(module, dim)
    rows = weight.size(axis)
    del module._parameters[name]
    module.register_parameter(f"{name}_orig", weight)
    object.__setattr__(module, name, weight)
    module.register_buffer(f"{name}_u", unit_vector(rows))
    module.register_buffer(f"{name}_v", unit_vector(weight.numel() // rows))

    def compute(module, inputs):
        parts = [getattr(module, f"{name}_{part}") for part in ("orig", "u", "v")]
        object.__setattr__(module, name, spectrally_scaled(*parts, axis))

    keep(module, f"spectral_norm.{name}", compute)
    return module


def keep(module, key, compute):
    handle = module.register_forward_pre_hook(compute)
    handles = module.__dict__.setdefault("_norm_handles", {})
    handles[key] = handle


def remove(kind, original):
    def call(module, name="weight"):
        handle = module.__dict__.get("_norm_handles", {}).pop(f"{kind}.{name}", None)
        if handle is None:
            raise ValueError(f"{kind} of '{name}' not found in {module}")
        handle.remove()
        weight = getattr(module, f"{name}_{original}")
        module.__dict__.pop(name, None)
        for suffix in ("g", "v", "orig", "u"):
            module._parameters.pop(f"{name}_{suffix}", None)
            module._buffers.pop(f"{name}_{suffix}", None)
        module.register_parameter(name, Parameter(weight))
        return module

    return call


remove_weight_norm = remove("weight_norm", "v")
remove_spectral_norm = remove("spectral_norm", "orig")
