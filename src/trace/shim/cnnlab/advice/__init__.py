"""What to do about an error: one row for each of the words that PyTorch or Python has for it."""
import re

from . import layers, python, shapes
from .mistake import Mistake

ROWS = [
    # Layers that were built for other sizes.
    (r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", layers.linear),
    (r"to have (\d+) channels, but got (\d+) channels", layers.convolution),
    (r"(?:running_mean|running_var|weight|bias) should contain (\d+) elements not (\d+)", layers.channel_norm),
    (r"to be a vector of size equal to the number of channels in input", layers.group_norm),
    (r"number of channels in input to be divisible by num_groups", layers.group_norm),
    (r"Given normalized_shape=\[.*\], expected input with shape", layers.layer_norm),
    (r"expected .*D input \(got (\d+)D input\)", layers.rank),
    (r"Expected more than 1 (?:value|spatial element)", layers.single_value),
    (r"Expected (\d)D \(unbatched\) or (\d)D \(batched\) input to \w+, but got input of size: \[(.*)\]", layers.image_rank),
    (r"was expecting embedding dimension of (\d+), but got (\d+)", layers.attention_width),
    # Arguments of constructors.
    (r"^(in_channels|out_channels) must be divisible by groups", layers.divisible_groups),
    (r"^num_channels must be divisible by num_groups", layers.divisible_norm),
    (r"^embed_dim must be divisible by num_heads", layers.divisible_heads),
    (r"^(\w+)\.__init__\(\) missing \d+ required", python.missing_layer_argument),
    (r"got an unexpected keyword argument '(\w+)'(?:\. Did you mean '(\w+)'\?)?", python.unknown_argument),
    (r"but found element of type float at pos", python.float_size),
    (r"^(\w+) is not a Module subclass", python.not_a_module),
    # Tensors that do not fit together.
    (r"Sizes of tensors must match except in dimension (\d+)", shapes.cat),
    (r"tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)", shapes.broadcast),
    (r"shape '\[(.*)\]' is invalid for input of size (\d+)", shapes.view),
    (r"Kernel size can't be greater than actual input size", shapes.too_small),
    (r"Output size is too small", shapes.too_small),
    (r"Dimension out of range \(expected to be in range of \[(-\d+), (\d+)\]", shapes.dimension),
    (r"desired ordering of dimensions i\.e\. input\.dim\(\) = (\d+)", shapes.order),
    (r"Expected size for first two dimensions of batch2 tensor", shapes.matrices),
    # What is no tensor, or of another type.
    (r"argument '?\w* ?'?.*must be Tensor, not (\w+)", python.not_a_tensor),
    (r"'(list|tuple|NoneType)' object has no attribute '(?:dim|ndim|_shape|dtype)'", python.not_a_tensor),
    (r"cat\(\) got multiple values for argument 'dim'", python.cat_arguments),
    (r"^Input type \(.*\) and bias type|^expected scalar type (\w+) but found (\w+)", python.dtype),
    (r"argument #1 'indices' to have one of the following scalar types", python.indices),
    # Modules and names.
    (r"cannot assign (?:module|parameters?|buffer) before Module.__init__\(\) call", python.missing_super),
    (r'Module \[(\w+)\] is missing the required "forward" function', python.missing_forward),
    (r"^([\w.]+)\(\) missing \d+ required positional arguments?", python.missing_input),
    (r"^([\w.]+)\(\) takes .* positional arguments? but \d+ (?:was|were) given", python.too_many_inputs),
    (r"^name '(\w+)' is not defined", python.unknown_name),
    (r"^'(\w+)' object has no attribute '(\w+)'", python.unknown_attribute),
]  # fmt: skip


def advise(error, place):
    """`place`: the SourceRange of the user's expression. None where there is nothing to say."""
    text = str(error)
    for pattern, row in ROWS:
        match = re.search(pattern, text)
        if match is None:
            continue
        try:
            advice = row(match, Mistake(error, place))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            advice = None  # the user's objects may be anything: their error is told without advice
        if advice is not None:
            return advice
    return None
