"""Layers with parameters: convolutions and linear layers. Constructors draw in PyTorch's order."""
import math

from ... import _creation as creation
from ..._recorder import draw_part
from ..._tensor import Parameter
from .. import functional as F
from .. import init
from .module import Module


def empty_parameter(*shape):
    return Parameter(creation.empty(*shape))


def sizes(value, planes):
    if isinstance(value, (tuple, list)):
        return tuple(value)
    return (value,) * planes


class _ConvNd(Module):
    planes = 2
    transposed = False

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding,
                 groups, bias, padding_mode):  # fmt: skip
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}"
                )
            if padding == "same" and any(s != 1 for s in sizes(stride, self.planes)):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, "
                f"but got padding_mode='{padding_mode}'"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = sizes(kernel_size, self.planes)
        self.stride = sizes(stride, self.planes)
        self.padding = padding if isinstance(padding, str) else sizes(padding, self.planes)
        self.dilation = sizes(dilation, self.planes)
        self.transposed = transposed
        self.output_padding = sizes(output_padding, self.planes)
        self.groups = groups
        self.padding_mode = padding_mode
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        self.weight = empty_parameter(first, second // groups, *self.kernel_size)
        if bias:
            self.bias = empty_parameter(out_channels)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return text if self.padding in ((0,), (0, 0), (0, 0, 0)) else f"{text}, padding={self.padding}"


def convolution(name, planes, function):
    class Convolution(_ConvNd):
        def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
                     bias=True, padding_mode="zeros", device=None, dtype=None):  # fmt: skip
            super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, False, 0, groups, bias,
                             padding_mode)  # fmt: skip

        def forward(self, input):
            return self._conv_forward(input, self.weight, self.bias)

        def _conv_forward(self, input, weight, bias):
            padding = self.padding
            if self.padding_mode != "zeros":
                input, padding = F.pad(input, self._around(), self.padding_mode), 0
            return function(input, weight, bias, self.stride, padding, self.dilation, self.groups)

        def _around(self):
            amounts = []
            for axis in reversed(range(planes)):
                if self.padding == "same":
                    total = self.dilation[axis] * (self.kernel_size[axis] - 1)
                    amounts += [total // 2, total - total // 2]
                else:
                    amounts += [0 if self.padding == "valid" else self.padding[axis]] * 2
            return amounts

    return named(Convolution, name, planes)


def named(cls, name, planes):
    cls.planes = planes
    cls.__name__ = cls.__qualname__ = name
    cls.__init__.__qualname__ = f"{name}.__init__"
    cls.__module__ = "torch.nn.modules.conv"
    return cls


def transposed_convolution(name, planes, function):
    class Transposed(_ConvNd):
        def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
                     bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None):  # fmt: skip
            if padding_mode != "zeros":
                raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
            super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, True, output_padding,
                             groups, bias, padding_mode)  # fmt: skip

        def forward(self, input, output_size=None):
            output_padding = self.output_padding
            if output_size is not None:
                output_padding = self._output_padding(input, list(output_size)[-planes:])
            return function(input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups,
                            self.dilation)  # fmt: skip

        def _output_padding(self, input, output_size):
            extra = []
            for axis, wanted in enumerate(output_size):
                least = (input.size(axis - planes) - 1) * self.stride[axis] - 2 * self.padding[axis]
                least += self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
                if not least <= wanted <= least + self.stride[axis] - 1:
                    raise ValueError(
                        f"requested an output size of {output_size}, but valid sizes range from {least} to "
                        f"{least + self.stride[axis] - 1} (for an input of {list(input.shape[-planes:])})"
                    )
                extra.append(wanted - least)
            return extra

    return named(Transposed, name, planes)


Conv1d = convolution("Conv1d", 1, F.conv1d)
Conv2d = convolution("Conv2d", 2, F.conv2d)
ConvTranspose1d = transposed_convolution("ConvTranspose1d", 1, F.conv_transpose1d)
ConvTranspose2d = transposed_convolution("ConvTranspose2d", 2, F.conv_transpose2d)
Conv3d = convolution("Conv3d", 3, F.conv3d)
ConvTranspose3d = transposed_convolution("ConvTranspose3d", 3, F.conv_transpose3d)


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = empty_parameter(out_features, in_features)
        if bias:
            self.bias = empty_parameter(out_features)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Embedding(Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0,
                 scale_grad_by_freq=False, sparse=False, _weight=None, device=None, dtype=None):  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.weight = empty_parameter(num_embeddings, embedding_dim) if _weight is None else Parameter(_weight)
        if _weight is None:
            init.normal_(self.weight)
            if padding_idx is not None:
                row = padding_idx % num_embeddings * embedding_dim
                draw_part(self.weight._source, row, (embedding_dim,), {"kind": "constant", "value": 0.0})

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx)


class EmbeddingBag(Module):
    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode="mean",
                 sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None):  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.mode = num_embeddings, embedding_dim, mode
        self.include_last_offset, self.padding_idx = include_last_offset, padding_idx
        self.weight = empty_parameter(num_embeddings, embedding_dim) if _weight is None else Parameter(_weight)
        if _weight is None:
            init.normal_(self.weight)

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(
            input, self.weight, offsets, mode=self.mode, per_sample_weights=per_sample_weights,
            include_last_offset=self.include_last_offset,
        )  # fmt: skip


class Bilinear(Module):
    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got {in1_features}")
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        self.weight = empty_parameter(out_features, in1_features, in2_features)
        if bias:
            self.bias = empty_parameter(out_features)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)


class PReLU(Module):
    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(creation.full((num_parameters,), float(init)))

    def forward(self, input):
        return F.prelu(input, self.weight)
