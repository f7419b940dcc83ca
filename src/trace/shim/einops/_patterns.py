"""Patterns such as `b c (h p) -> (b h) c p`, read into groups of named axes."""
import functools
import math
import re


class EinopsError(RuntimeError):
    code = "shape-mismatch"


class Axis(str):
    """An anonymous axis longer than one; two of the same length are not the same axis."""

    length = 0

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


ELLIPSIS = "…"


def parse_side(text):
    """A list of groups, each a list of axes; `1` is a group without any, `...` the group [ELLIPSIS]."""
    groups, current, depth, seen = [], None, 0, set()
    for token in re.findall(r"\.\.\.|[()]|[^\s().]+|\.", text):
        if token == "(":
            if depth:
                raise EinopsError("brackets inside brackets are not allowed.")
            depth, current = 1, []
            groups.append(current)
        elif token == ")":
            if not depth:
                raise EinopsError(f'Imbalanced parentheses in expression: "{text.strip()}".')
            depth, current = 0, None
        else:
            axes = [axis_of(token)] if token != "1" else []
            for axis in axes:
                if axis in seen:
                    raise EinopsError(f'Indexing expression contains duplicate dimension "{axis}".')
                seen.add(axis)
            if depth:
                current.extend(axes)
            else:
                groups.append(axes)
    if depth:
        raise EinopsError(f'Imbalanced parentheses in expression: "{text.strip()}".')
    return groups


def axis_of(token):
    if token == "...":
        return ELLIPSIS
    if token.isdecimal():
        axis = Axis(token)
        axis.length = int(token)
        return axis
    if not token.isidentifier() or token.startswith("_") or token.endswith("_"):
        raise EinopsError(f'Invalid axis identifier: "{token}". Names are letters, digits and inner underscores.')
    return token


@functools.lru_cache(256)
def parse(pattern, operation):
    """(left, right), checked as far as no shape is needed."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise EinopsError("a pattern has two sides, with one -> between them.")
    left, right = map(parse_side, sides)
    left_axes, right_axes = [{axis for group in side for axis in group} for side in (left, right)]
    if any(ELLIPSIS in group and len(group) > 1 for group in left):
        raise EinopsError("Ellipsis inside parenthesis in the left side is not allowed.")
    if ELLIPSIS in right_axes and ELLIPSIS not in left_axes:
        raise EinopsError("Ellipsis found in the right side, but not in the left.")
    anonymous = any(isinstance(axis, Axis) for axis in left_axes | right_axes)
    if operation == "rearrange":
        if anonymous:
            raise EinopsError("axes that are given by a number other than 1 are not supported in rearrange.")
        one_sided = left_axes ^ right_axes
        if one_sided:
            raise EinopsError(f"Identifiers only on one side of expression (should be on both): {named(one_sided)}.")
    elif operation == "repeat":
        if left_axes - right_axes:
            raise EinopsError(f"Unexpected identifiers on the left side of repeat: {named(left_axes - right_axes)}.")
    elif right_axes - left_axes:
        raise EinopsError(f"Unexpected identifiers on the right side of reduce: {named(right_axes - left_axes)}.")
    return left, right


def named(axes):
    return ", ".join(sorted(map(str, axes)))


def with_ellipsis(groups, count):
    """`...` replaced by so many axes: of their own on the left, inside of brackets too on the right."""
    extra = [f"{ELLIPSIS}{i}" for i in range(count)]
    found = []
    for group in groups:
        if group == [ELLIPSIS]:
            found.extend([axis] for axis in extra)
        else:
            found.append([each for axis in group for each in (extra if axis == ELLIPSIS else [axis])])
    return found


def solve(left, shape, given):
    """The length of every axis of the left side, and those given."""
    lengths = dict(given)
    for group in left:
        lengths.update((axis, axis.length) for axis in group if isinstance(axis, Axis))
    for group, size in zip(left, shape):
        known = math.prod(lengths[axis] for axis in group if axis in lengths)
        unknown = [axis for axis in group if axis not in lengths]
        if len(unknown) > 1:
            raise EinopsError(f"Could not infer sizes for {named(unknown)}.")
        if not unknown:
            if known != size:
                raise EinopsError(f"Shape mismatch, {size} != {known}.")
        elif known == 0 or size % known:
            raise EinopsError(f"Shape mismatch, can't divide axis of length {size} in chunks of {known}.")
        else:
            lengths[unknown[0]] = size // known
    return lengths
