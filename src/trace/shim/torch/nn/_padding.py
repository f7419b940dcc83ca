"""F.pad: zeros are an op; mirrored and repeated edges are slices, flips and cats."""
from .._recorder import UnsupportedOp
from .._shaping import axis_of, cat, expand, flip, sliced
from .._tensor import apply, finite


def pad(input, pad, mode="constant", value=None):
    amounts = [int(amount) for amount in pad]
    if len(amounts) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(amounts) // 2 > input.ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(amounts)} and input of dimension {input.ndim}"
        )
    if mode == "constant":
        return apply("pad", [input], {"pad": amounts, "value": finite(value or 0)})
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(amounts) // 2 not in (input.ndim - 1, input.ndim - 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now"
        )
    for i in range(0, len(amounts), 2):
        input = pad_axis(input, axis_of(-1 - i // 2, input.ndim), amounts[i], amounts[i + 1], mode)
    return input


def pad_axis(input, axis, before, after, mode):
    size = input._shape[axis]
    if before < 0 or after < 0:
        raise UnsupportedOp(f"negative padding in mode '{mode}'")
    limit = {"reflect": size - 1, "circular": size, "replicate": None}[mode]
    if limit is not None and max(before, after) > limit:
        raise RuntimeError(
            f"Argument #4: Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at dimension {axis} of input {list(input._shape)}"
            if mode == "reflect"
            else "Padding value causes wrapping around more than once."
        )

    def edge(amount, at_start):
        if mode == "circular":
            return sliced(input, axis, size - amount, size) if at_start else sliced(input, axis, 0, amount)
        if mode == "reflect":
            part = sliced(input, axis, 1, amount + 1) if at_start else sliced(input, axis, size - 1 - amount, size - 1)
            return flip(part, axis)
        part = sliced(input, axis, 0, 1) if at_start else sliced(input, axis, size - 1, size)
        return expand(part, *(amount if i == axis else -1 for i in range(input.ndim)))

    pieces = [edge(before, True)] if before else []
    pieces.append(input)
    if after:
        pieces.append(edge(after, False))
    return cat(pieces, axis) if len(pieces) > 1 else input
