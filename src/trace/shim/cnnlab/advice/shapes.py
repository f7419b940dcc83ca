"""Tensors that do not fit together, or are too small for what comes."""
import ast
import math

from torch import _frames, nn
from torch._frames import position

from . import edits
from .layers import built_by
from .mistake import Advice, divisors, element_count, listed, product_text

# Ops that leave out what a stride does not reach.
DOWN = {"conv2d", "max_pool2d", "avg_pool2d"}


def cat(match, mistake):
    """Sizes next to the joined dimension differ: in a U-Net, a pooling has dropped a row or column."""
    axis, tensors = int(match[1]), mistake.tensors
    if len(tensors) < 2 or any(tensor.ndim != tensors[0].ndim for tensor in tensors):
        return None
    shapes = " and ".join(product_text(tensor._shape) for tensor in tensors[:3])
    if tensors[0].ndim != 4 or axis != 1:
        return Advice(f"The tensors are {shapes}: all but dimension {axis} must be equal.")
    big, small = max(tensors, key=planes), min(tensors, key=planes)
    history = mistake.history(small)
    resize = resize_fix(mistake, tensors, big, small)
    for node in reversed(history):
        if node["op"] in DOWN and max(node["attributes"]["stride"]) > 1 and loses(node):
            if node["inputs"][0]["shape"][2:] == list(big._shape[2:]):
                factor = whole_factor(history)
                return Advice(odd_hint(node, factor, mistake), [resize])
    pad = padding_fix(mistake, history, big, small)
    return Advice(f"The tensors are {shapes}: bring them to one size, by padding or F.interpolate.", [pad, resize])


def planes(tensor):
    return tuple(tensor._shape[2:])


def loses(node):
    """Whether a pooling or strided convolution leaves a row or column over that `× stride` does not bring back."""
    before, after = node["inputs"][0]["shape"][2:], node["output"]["shape"][2:]
    return any(b != a * s for b, a, s in zip(before, after, node["attributes"]["stride"]))


def whole_factor(history):
    """By how much the deepest level of all that came before is smaller than the input."""
    factors, most = {}, 1
    for node in history:
        factor = max((factors.get(value["id"], 1) for value in node["inputs"]), default=1)
        stride = max(node["attributes"].get("stride", [1]))
        if node["op"] in DOWN:
            factor *= stride
        elif node["op"].startswith("conv_transpose"):
            factor = max(1, factor // stride)
        elif node["op"].startswith(("interpolate", "upsample")) and node["inputs"]:
            before, after = node["inputs"][0]["shape"][-1], node["output"]["shape"][-1]
            factor = max(1, round(factor * before / after))
        factors[node["output"]["id"]] = factor
        most = max(most, factor)
    return most


def odd_hint(node, factor, mistake):
    before, after = node["inputs"][0]["shape"][2:], node["output"]["shape"][2:]
    place = _frames.frames[node["frame"]] if node["frame"] >= 0 else None
    where = f" in line {place['line']}" if place else ""
    what = "pooling" if "pool" in node["op"] else "strided convolution"
    return (
        f"The {what}{where} takes {product_text(before)} to {product_text(after)} and leaves the odd row or column out, "
        f"which doubling does not bring back. Feed images whose sides are multiples of {factor}, or pad or interpolate "
        "to the skip's size before joining."
    )


def resize_fix(mistake, tensors, big, small):
    """`F.interpolate(…, size=skip.shape[2:])` around the smaller one of two, where the other has a name."""
    call = edits.node_at(mistake.place, ast.Call)
    if call is None or len(tensors) != 2 or not call.args or not isinstance(call.args[0], (ast.List, ast.Tuple)):
        return None
    parts = call.args[0].elts
    if len(parts) != 2 or any(isinstance(part, ast.Starred) for part in parts):
        return None
    file = mistake.place["file"]
    target = parts[[tensor is big for tensor in tensors].index(True)]
    part = parts[[tensor is small for tensor in tensors].index(True)]
    if not isinstance(target, (ast.Name, ast.Attribute)) or mistake.caller.f_globals.get("F") is not nn.functional:
        return None
    name = edits.text_of(file, target)
    return edits.fix(
        f"Interpolate to the size of {name}",
        edits.inserted_before(file, part, "F.interpolate("),
        edits.inserted_after(file, part, f", size={name}.shape[2:])"),
        proven=False,
    )


def broadcast(match, mistake):
    sizes, axis, tensors = (int(match[1]), int(match[2])), int(match[3]), mistake.tensors
    if len(tensors) != 2:
        return None
    a, b = tensors
    hint = f"{product_text(a._shape)} meets {product_text(b._shape)}."
    if a.ndim == b.ndim == 4 and axis == 1:
        return Advice(f"{hint} A 1×1 convolution, nn.Conv2d({sizes[0]}, {sizes[1]}, 1), brings one to the channels of the other.")
    if a.ndim == b.ndim == 4:
        big, small = max(tensors, key=planes), min(tensors, key=planes)
        fix = padding_fix(mistake, mistake.history(small), big, small)
        more = " Convolutions without padding make images smaller." if fix else ""
        return Advice(f"{hint}{more}", [fix])
    return Advice(f"{hint} Dimensions are lined up from the last; each must be equal, or 1.")


def padding_fix(mistake, history, big, small):
    """Sets the padding of the convolutions on the way to the smaller tensor, back to where it had the larger's size."""
    made = {node["output"]["id"]: node for node in history}
    value, changes, count = small._id, {}, 0
    root = mistake.error.root_call if hasattr(mistake.error, "root_call") else None
    while value in made and root is not None:
        node = made[value]
        if node["output"]["shape"][2:] == list(big._shape[2:]):
            break
        before = node["inputs"][0]["shape"] if node["inputs"] else []
        if len(before) == 4 and before[2:] != node["output"]["shape"][2:]:
            change = padding_edit(mistake, node, root)
            if change is None:
                return None
            changes[(change["line"], change["column"])] = change
            count += 1
        value = node["inputs"][0]["id"] if node["inputs"] else None
    if not changes:
        return None
    texts = {change["text"].rpartition("=")[2].rpartition(" ")[2] for change in changes.values()}
    amount = f" to {texts.pop()}" if len(texts) == 1 else ""
    title = f"Set padding{amount}" if len(changes) == 1 else f"Set the padding of {len(changes)} convolutions"
    return edits.fix(title, *changes.values(), proven=False)


def padding_edit(mistake, node, root):
    """For one convolution that shrinks: half of what its kernel spans."""
    attributes = node["attributes"]
    if node["op"] != "conv2d" or attributes["stride"] != [1, 1]:
        return None
    layer = convolution_around(node, root)
    if layer is None:
        return None
    spans = [d * (k - 1) for d, k in zip(attributes["dilation"], layer.kernel_size)]
    built = built_by(mistake, layer)
    if built is None or any(span % 2 for span in spans) or len(set(spans)) != 1:
        return None
    file, call = built
    present = edits.argument(call, "padding", 4)
    if present is None:
        return None if any(isinstance(part, ast.Starred) for part in call.args) else edits.added_keyword(
            file, call, "padding", str(spans[0] // 2)
        )  # fmt: skip
    return edits.replaced(file, present, str(spans[0] // 2)) if edits.is_number(present) else None


def convolution_around(node, root):
    """The layer whose call made a node."""
    for path, name, _, _, _, first, end, _ in reversed(root.calls):
        if name.startswith("Conv") and first <= node["index"] < (end or math.inf):
            return root.module.get_submodule(path)
    return None


def view(match, mistake):
    wanted = [int(size) for size in match[1].split(",") if size.strip()]
    if not mistake.tensors:
        return None
    shape = mistake.tensors[0]._shape
    each = element_count(shape[1:])
    hint = f"The tensor is {product_text(shape)}: {each} numbers for each of the {shape[0]} in the batch."
    if len(wanted) == 2 and -1 in wanted:
        return Advice(f"{hint} `x.flatten(1)` makes rows of {each}.", [flatten_instead(mistake)])
    return Advice(f"{hint} A -1 stands for what is left over.", [inferred(mistake, wanted)])


def shape_arguments(mistake):
    """(call, nodes of the sizes) of `x.view(…)` or `x.reshape(…)`."""
    call = edits.node_at(mistake.place, ast.Call)
    if call is None or not isinstance(call.func, ast.Attribute) or call.func.attr not in ("view", "reshape"):
        return None, []
    sizes = call.args
    if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
        sizes = sizes[0].elts
    return call, sizes


def inferred(mistake, wanted):
    """-1 in place of the only plain number that can be wrong."""
    call, sizes = shape_arguments(mistake)
    numbers = [node for node in sizes if edits.is_number(node)]
    if call is None or -1 in wanted or len(numbers) != 1 or len(sizes) != len(wanted):
        return None
    return edits.fix("Let PyTorch infer the size: -1", edits.replaced(mistake.place["file"], numbers[0], "-1"), proven=False)


def flatten_instead(mistake):
    call, sizes = shape_arguments(mistake)
    if call is None or len(sizes) != 2:
        return None
    file = mistake.place["file"]
    owner = edits.text_of(file, call.func.value)
    return edits.fix("Use flatten(1)", edits.replaced(file, call, f"{owner}.flatten(1)"), proven=False)


def too_small(match, mistake):
    """A kernel or pooling larger than what is left of the image."""
    if not mistake.tensors:
        return None
    tensor = mistake.tensors[0]
    sizes, last = [], None
    for node in mistake.history(tensor):
        for shape in (node["inputs"][0]["shape"] if node["inputs"] else [], node["output"]["shape"]):
            if len(shape) == tensor.ndim and shape[2:] != last:
                last = shape[2:]
                sizes.append(product_text(last))
    way = f" The image has shrunk {' → '.join(sizes)}." if 1 < len(sizes) <= 12 else ""
    size = product_text(tensor._shape[2:])
    return Advice(f"Only {size} is left here.{way} Feed larger images, pool or stride less often, or use padding.")


def dimension(match, mistake):
    shapes = [product_text(tensor._shape) for tensor in mistake.tensors[:1]]
    what = f"The tensor is {shapes[0]}: its" if shapes else "Its"
    return Advice(f"{what} dimensions are 0 to {match[2]}, or counted from the end -1 to {match[1]}.")


def order(match, mistake):
    shape = mistake.tensors[0]._shape if mistake.tensors else ()
    return Advice(f"The tensor is {product_text(shape)}: name each of its {match[1]} dimensions once, the batch's 0 too.")


def matrices(match, mistake):
    tensors = mistake.tensors
    if len(tensors) != 2:
        return None
    a, b = tensors
    hint = f"{product_text(a._shape)} times {product_text(b._shape)}: the last size of the first must be the last but one of the second."
    if a.ndim > 1 and b.ndim > 1 and a.size(-1) == b.size(-1):
        hint += " `b.transpose(-2, -1)` would fit."
    return Advice(hint)
