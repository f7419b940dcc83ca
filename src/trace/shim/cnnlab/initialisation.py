"""State entries of a constructed model, and how PyTorch would have filled them."""
from torch._methods import transformed
from torch._tensor import Parameter, Tensor, finite


def state_entries(model):
    entries = []
    for name, tensor in model.state_dict(keep_vars=True).items():
        if not isinstance(tensor, Tensor):
            continue
        entries.append(
            {
                "name": name,
                "shape": list(tensor._shape),
                "dtype": tensor.dtype.name,
                "kind": "parameter" if isinstance(tensor, Parameter) else "buffer",
                "trainable": isinstance(tensor, Parameter) and tensor.requires_grad,
            }
        )
    return entries


def init_steps(model, draws):
    """`draws` in the order they ran. Fills of tensors that no state entry holds are dropped; draws are kept."""
    owners, derived, waiting = {}, {}, {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        source = getattr(tensor, "_source", None)
        waiting[name] = tensor
        if source is None:
            continue
        owners.setdefault(id(source), name)
        if source.derived is not None:
            draw, scale, shift = source.derived
            derived.setdefault(id(draw), (name, scale, shift))
    steps = []
    for draw in draws:
        fill = draw.fill
        target = owners.get(id(draw.source))
        if id(draw) in derived:
            target, scale, shift = derived[id(draw)]
            fill = transformed(fill, scale, shift)
        if target is None and not draw.is_random:
            continue
        waiting.pop(target, None)
        steps.append({"target": target, "shape": draw.shape, "fill": finite_fill(fill)})
    for name, tensor in waiting.items():
        steps.append({"target": name, "shape": list(tensor._shape), "fill": known_fill(tensor)})
    return steps


def finite_fill(fill):
    return {key: finite(value) if isinstance(value, float) else value for key, value in fill.items()}


def known_fill(tensor):
    """Buffers of known values; memory that nothing ever set is zero."""
    constant = tensor._constant
    if constant is None:
        return {"kind": "constant", "value": 0}
    if constant.is_uniform:
        return {"kind": "constant", "value": finite(constant.fill)}
    return {"kind": "values", "values": [finite(value) for value in constant.values]}
