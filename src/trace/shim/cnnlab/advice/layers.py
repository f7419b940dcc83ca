"""Layers that were built for other sizes than what arrives."""
import ast

from torch import nn
from torch._frames import position

from . import edits
from .numbers import number_behind
from .mistake import Advice, divisors, element_count, listed, product_text


def built_by(mistake, module=None):
    """(file, call) of the expression that built the layer, or None where it is no call that can be edited."""
    found = mistake.construction(module)
    if found is None:
        return None
    place = position(*found)
    call = edits.node_at(place, ast.Call)
    return None if call is None else (place["file"], call)


def set_size(mistake, name, index, value, text=None, also=()):
    """The fix that gives a constructor argument another number; None where no plain number is behind it."""
    built = built_by(mistake)
    given = built and edits.argument(built[1], name, index)
    found = given and number_behind(built[0], given, mistake.builder())
    if found is None:
        return None
    file, node = found
    text = text if text is not None and isinstance(node, ast.BinOp) else str(value)
    what = name if node is given else f"{edits.text_of(built[0], given)}, the {name},"
    return edits.fix(
        f"Set {what} to {text}", edits.replaced(file, node, text), *also,
        proven=node is given and not also and mistake.twins() == 1, alone=node is not given,
    )  # fmt: skip


def flattened_from(mistake, tensor):
    """The shape, without the batch, of the image that a row of features was flattened from; or None."""
    history = mistake.history(tensor)
    for node in reversed(history):
        if node["output"]["id"] != tensor._id or node["op"] != "reshape":
            return None
        before = node["inputs"][0]["shape"]
        if len(before) > 2 and element_count(before[1:]) == tensor._shape[-1]:
            return before[1:]
        return None
    return None


def linear(match, mistake):
    given, wanted = int(match[2]), int(match[3])
    if mistake.layer != "Linear":
        return Advice(f"What arrives has {given} features; the weights are for {wanted}.")
    tensor = mistake.tensors[0]
    image = tensor._shape[1:]
    if len(image) > 1 and element_count(image) == wanted:
        return Advice(
            f"`Linear` expects {wanted} features, gets {product_text(image)} that is not flattened: "
            f"flatten it, as in `x.flatten(1)`.",
            [flatten_argument(mistake), flatten_before(mistake)],
        )
    if len(image) > 2:
        return Advice(
            f"`Linear` expects {wanted} features and works on the last dimension, which has {given}. "
            f"Flattened from dimension 1 on, {product_text(image)} would be {element_count(image)} features."
        )
    source = flattened_from(mistake, tensor)
    product = f": {product_text(source)}" if source else ""
    text = " * ".join(map(str, source)) if source else None
    fix = set_size(mistake, "in_features", 0, given, text)
    return Advice(f"`Linear` expects {wanted} features, gets {given}{product}.", [fix])


def flatten_argument(mistake):
    """`self.fc(x)` → `self.fc(x.flatten(1))`, where the layer itself is called."""
    call = edits.node_at(mistake.place, ast.Call)
    if call is None or len(call.args) != 1 or call.keywords or in_sequential(mistake):
        return None
    if not isinstance(call.args[0], (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        return None
    file = mistake.place["file"]
    return edits.fix("Flatten the input", edits.inserted_after(file, call.args[0], ".flatten(1)"), proven=False)


def in_sequential(mistake):
    path = mistake.error.module_path.rpartition(".")[0]
    return isinstance(mistake.error.root_call.module.get_submodule(path), nn.Sequential)


def flatten_before(mistake):
    """`nn.Flatten(), ` before the layer, where that stands in the call of a Sequential."""
    built = built_by(mistake)
    if built is None or not in_sequential(mistake):
        return None
    file, call = built
    tree = edits.syntax_tree(file)
    here = edits.range_of(file, call)
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Call) and any(edits.range_of(file, node) == here for node in parent.args):
            prefix = edits.text_of(file, call.func).removesuffix("Linear")
            if prefix.endswith(".") and edits.text_of(file, parent.func) == f"{prefix}Sequential":
                return edits.fix(
                    "Add a Flatten layer", edits.inserted_before(file, call, f"{prefix}Flatten(), "), proven=False
                )
    return None


def convolution(match, mistake):
    wanted, given = int(match[1]), int(match[2])
    if not mistake.layer:
        return Advice(f"What arrives has {given} channels; the weights are for {wanted}.")
    shape = mistake.tensors[0]._shape
    if len(shape) == 4 and shape[-1] == wanted:
        return Advice(
            f"PyTorch's images are N×C×H×W, channels before rows and columns; what arrives is {product_text(shape)}: "
            "put the channels first by `x.permute(0, 3, 1, 2)`."
        )
    layer = mistake.module
    hint = f"`{mistake.layer}` expects {wanted} channels, gets {given}: {product_text(shape[1:])}."
    if layer.groups == 1:
        return Advice(hint, [set_size(mistake, "in_channels", 0, given)])
    if layer.groups == layer.in_channels:
        return Advice(f"{hint} A depthwise convolution has as many groups as channels.", [depthwise(mistake, given)])
    if given % layer.groups:
        return Advice(f"{hint} Its {layer.groups} groups need a multiple of {layer.groups}.")
    return Advice(hint, [set_size(mistake, "in_channels", 0, given)])


def depthwise(mistake, given):
    built = built_by(mistake)
    index = 6 if "Transpose" not in mistake.layer else 7
    node = built and edits.argument(built[1], "groups", index)
    if node is None or not edits.is_number(node):
        return None
    return set_size(mistake, "in_channels", 0, given, also=[edits.replaced(built[0], node, str(given))])


def channel_norm(match, mistake):
    """Batch and instance norms: the message of the latter counts the images of a batch as channels too."""
    given = mistake.tensors[0].size(1) if mistake.tensors else int(match[1])
    if not mistake.layer:
        return None
    hint = f"`{mistake.layer}` expects {mistake.module.num_features} channels, gets {given}."
    return Advice(hint, [set_size(mistake, "num_features", 0, given)])


def group_norm(match, mistake):
    if mistake.layer != "GroupNorm":
        return None
    layer, given = mistake.module, mistake.tensors[0].size(1)
    hint = f"`GroupNorm` expects {layer.num_channels} channels, gets {given}."
    if given % layer.num_groups:
        return Advice(f"{hint} {given} channels make {listed(divisors(given))} groups, not {layer.num_groups}.")
    return Advice(hint, [set_size(mistake, "num_channels", 1, given)])


def layer_norm(match, mistake):
    if mistake.layer not in ("LayerNorm", "RMSNorm"):
        return None
    wanted, shape = list(mistake.module.normalized_shape), mistake.tensors[0]._shape
    given = list(shape[-len(wanted) :])
    hint = f"`{mistake.layer}` works on the last dimensions and expects {product_text(wanted)}, gets {product_text(given)}."
    if len(shape) == 4 and wanted == [shape[1]]:
        return Advice(f"{hint} For the channels of N×C×H×W use nn.GroupNorm(1, {shape[1]}), or permute to N×H×W×C.")
    return Advice(hint, [set_size(mistake, "normalized_shape", 0, given[0]) if len(given) == 1 else set_sizes(mistake, given)])


def set_sizes(mistake, given):
    built = built_by(mistake)
    node = built and edits.argument(built[1], "normalized_shape", 0)
    if not isinstance(node, (ast.List, ast.Tuple)) or not all(map(edits.is_number, node.elts)):
        return None
    changes = [edits.replaced(built[0], part, str(size)) for part, size in zip(node.elts, given)]
    return edits.fix(f"Set normalized_shape to {given}", *changes, proven=mistake.twins() == 1)


def rank(match, mistake):
    """`expected 4D input (got 2D input)` of a norm for other dimensions."""
    given = int(match[1])
    base = mistake.layer.rstrip("123d")
    if base not in ("BatchNorm", "InstanceNorm"):
        return None
    right = f"{base}{ {2: 1, 3: 1, 4: 2, 5: 3}.get(given, 2) }d"
    built = built_by(mistake)
    fix = None
    if right != mistake.layer and built and isinstance(built[1].func, ast.Attribute) and built[1].func.attr == mistake.layer:
        file, call = built
        place = edits.range_of(file, call.func)
        place = {**place, "line": place["endLine"], "column": place["endColumn"] - len(mistake.layer)}
        fix = edits.fix(f"Use {right}", {**place, "text": right}, proven=False)
    shape = product_text(mistake.tensors[0]._shape)
    return Advice(f"What arrives is {shape}: `{right}` is for {given} dimensions, `{mistake.layer}` is not.", [fix])


def single_value(match, mistake):
    return Advice(
        "Statistics of a single value do not exist: train with a batch of 2 or more, or larger images; "
        "`model.eval()` before the call uses the running statistics."
    )


def image_rank(match, mistake):
    planes, shape = int(match[2]) - 2, [int(size) for size in match[3].split(",") if size.strip()]
    order = {1: "N×C×L", 2: "N×C×H×W", 3: "N×C×D×H×W"}.get(planes, "N×C×…")
    return Advice(f"It wants {order}; what arrives is {product_text(shape)}. Reshape it, or leave out the flattening.")


def divisible_groups(match, mistake):
    channels = mistake.local(match[1])
    groups = mistake.local("groups")
    if not isinstance(channels, int) or not isinstance(groups, int):
        return None
    both = [count for count in divisors(channels) if (mistake.local("out_channels") or channels) % count == 0]
    return Advice(f"{match[1]} is {channels}: groups may be {listed(both)}, not {groups}.", code="invalid-argument")


def divisible_norm(match, mistake):
    channels, groups = mistake.local("num_channels"), mistake.local("num_groups")
    if not isinstance(channels, int):
        return None
    return Advice(f"{channels} channels make {listed(divisors(channels))} groups, not {groups}.", code="invalid-argument")


def divisible_heads(match, mistake):
    width, heads = mistake.local("embed_dim"), mistake.local("num_heads")
    if not isinstance(width, int):
        return None
    return Advice(f"{width} features make {listed(divisors(width))} heads, not {heads}.", code="invalid-argument")


def attention_width(match, mistake):
    wanted, given = int(match[1]), int(match[2])
    if mistake.layer != "MultiheadAttention":
        return None
    hint = f"`MultiheadAttention` expects {wanted} features, gets {given}."
    if given % mistake.module.num_heads:
        return Advice(f"{hint} Its {mistake.module.num_heads} heads need a multiple of {mistake.module.num_heads}.")
    return Advice(hint, [set_size(mistake, "embed_dim", 0, given)])
