"""State entries of a constructed model, and how PyTorch would have filled them."""
from torch._recorder import Draw
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
    """`draws` in the order they ran, then copies of them. Numbers that nobody keeps are drawn all the same."""
    owners, unfilled, draws = {}, {}, list(draws)
    for name, tensor in model.state_dict(keep_vars=True).items():
        source = getattr(tensor, "_source", None)
        first = owners.setdefault(id(source), name)
        if source is None or not (source.draws or source.derived):
            unfilled[name] = tensor
        elif first != name:  # another name of the same tensor
            draws.extend(copies(source, name))
        elif not source.draws:
            draw, scale, shift = source.derived
            draws.append(Draw(source, draw.shape, copy_of(draw, scale, shift)))
    targets = [draw.source if isinstance(draw.source, str) else owners.get(id(draw.source)) for draw in draws]
    kept = needed_draws(draws, targets)
    numbers = {id(draw): number for number, (draw, _) in enumerate(kept)}
    steps = [init_step(draw, target, numbers) for draw, target in kept]
    for name, tensor in unfilled.items():
        steps.append({"target": name, "shape": list(tensor._shape), "fill": known_fill(tensor)})
    return steps


def copies(source, target):
    if not source.draws:
        draw, scale, shift = source.derived
        return [Draw(target, draw.shape, copy_of(draw, scale, shift))]
    return [Draw(target, draw.shape, copy_of(draw, 1.0, 0.0), draw.offset) for draw in source.draws]


def copy_of(draw, scale, shift):
    return {"kind": "copy", "of": draw, "scale": scale, "shift": shift}


def needed_draws(draws, targets):
    """(Draw, target) of all that a state entry holds, that another needs, or that moves the generator."""
    needed, kept = set(), []
    for draw, target in reversed(list(zip(draws, targets))):
        if target is None and not draw.is_random and id(draw) not in needed:
            continue
        if draw.fill["kind"] == "copy":
            needed.add(id(draw.fill["of"]))
        kept.append((draw, target))
    return kept[::-1]


def init_step(draw, target, numbers):
    fill = {key: finite(value) if isinstance(value, float) else value for key, value in draw.fill.items()}
    if fill["kind"] == "copy":
        of = fill.pop("of")
        if id(of) in numbers:
            fill["of"] = numbers[id(of)]
        else:  # drawn before the model was built, as by a layer of the module's own
            fill = init_step(of, target, numbers)["fill"]
    step = {"target": target, "shape": draw.shape, "fill": fill}
    return {**step, "offset": draw.offset} if draw.offset else step


def known_fill(tensor):
    """Buffers of known values; memory that nothing ever set is zero."""
    constant = tensor._constant
    if constant is None:
        return {"kind": "constant", "value": 0}
    if constant.is_uniform:
        return {"kind": "constant", "value": finite(constant.fill)}
    return {"kind": "values", "values": [finite(value) for value in constant.values]}
