"""Recurrent layers: one op a call, with PyTorch's names of weights. Traced, not trained."""
import math

from ..._tensor import apply_all
from .. import init
from .layers import empty_parameter
from .module import Module


class RNNBase(Module):
    gates = 1

    def __init__(self, mode, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):  # fmt: skip
        super().__init__()
        if hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        self.mode, self.input_size, self.hidden_size, self.num_layers = mode, input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout = bias, batch_first, float(dropout)
        self.bidirectional, self.proj_size = bidirectional, proj_size
        self._flat_weights_names = []
        rows = self.gates * hidden_size
        features = proj_size or hidden_size
        for layer in range(num_layers):
            for direction in range(2 if bidirectional else 1):
                suffix = f"l{layer}{'_reverse' if direction else ''}"
                width = input_size if layer == 0 else features * (2 if bidirectional else 1)
                entries = {"weight_ih": (rows, width), "weight_hh": (rows, features)}
                if bias:
                    entries |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if proj_size:
                    entries["weight_hr"] = (proj_size, hidden_size)
                for name, shape in entries.items():
                    setattr(self, f"{name}_{suffix}", empty_parameter(*shape))
                    self._flat_weights_names.append(f"{name}_{suffix}")
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self):
        pass

    @property
    def all_weights(self):
        return [[getattr(self, name) for name in self._flat_weights_names]]

    def forward(self, input, hx=None):
        kind = type(self).__name__
        if input.ndim not in (2, 3):
            raise RuntimeError(f"{kind}: Expected input to be 2-D or 3-D but received {input.ndim}-D tensor")
        if input.size(-1) != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.size(-1)}"
            )
        first, second = (hx if self.mode == "LSTM" and hx is not None else (hx, None))
        attributes = {
            "mode": self.mode, "hidden_size": self.hidden_size, "proj_size": self.proj_size,
            "num_layers": self.num_layers, "bidirectional": bool(self.bidirectional), "batch_first": bool(self.batch_first),
        }  # fmt: skip
        weights = [getattr(self, name) for name in self._flat_weights_names]
        output, *states = apply_all("rnn", [input, first, second, *weights], attributes)
        return output, (tuple(states) if self.mode == "LSTM" else states[0])

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNN(RNNBase):
    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False,
                 dropout=0.0, bidirectional=False, device=None, dtype=None):  # fmt: skip
        modes = {"tanh": "RNN_TANH", "relu": "RNN_RELU"}
        if nonlinearity not in modes:
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(modes[nonlinearity], input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    gates = 4

    def __init__(self, *args, **kwargs):
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    gates = 3

    def __init__(self, *args, **kwargs):
        super().__init__("GRU", *args, **kwargs)


class RNNCellBase(Module):
    """One step, of ops that can be trained."""

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        self.weight_ih, self.weight_hh = empty_parameter(rows, input_size), empty_parameter(rows, hidden_size)
        if bias:
            self.bias_ih, self.bias_hh = empty_parameter(rows), empty_parameter(rows)
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        bound = 1.0 / math.sqrt(hidden_size) if hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _parts(self, input, hx):
        from .. import functional as F

        if hx is None:
            hx = input.new_zeros(*input.shape[:-1], self.hidden_size)
        return F.linear(input, self.weight_ih, self.bias_ih), F.linear(hx, self.weight_hh, self.bias_hh), hx


class RNNCell(RNNCellBase):
    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        given, kept, _ = self._parts(input, hx)
        return (given + kept).tanh() if self.nonlinearity == "tanh" else (given + kept).relu()


class LSTMCell(RNNCellBase):
    gates = 4

    def forward(self, input, hx=None):
        hidden, cell = hx if hx is not None else (None, None)
        given, kept, _ = self._parts(input, hidden)
        i, f, g, o = (given + kept).chunk(4, -1)
        if cell is None:
            cell = input.new_zeros(*input.shape[:-1], self.hidden_size)
        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
        return o.sigmoid() * cell.tanh(), cell


class GRUCell(RNNCellBase):
    gates = 3

    def forward(self, input, hx=None):
        given, kept, hx = self._parts(input, hx)
        (r, z, n), (kept_r, kept_z, kept_n) = given.chunk(3, -1), kept.chunk(3, -1)
        reset, update = (r + kept_r).sigmoid(), (z + kept_z).sigmoid()
        fresh = (n + reset * kept_n).tanh()
        return (1 - update) * fresh + update * hx
