"""Multi-head attention and the transformer's encoder, with PyTorch's names and order of parameters."""
import copy
import math

from ... import _dtypes
from ... import _shaping as shaping
from .. import functional as F
from .. import init
from .container import ModuleList
from .layers import Linear, empty_parameter
from .module import Module
from .normalization import LayerNorm
from .stateless import Dropout


class NonDynamicallyQuantizableLinear(Linear):
    """What PyTorch calls `out_proj`'s class. Attention uses its weights and does not call it."""


class MultiheadAttention(Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False, kdim=None,
                 vdim=None, batch_first=False, device=None, dtype=None):  # fmt: skip
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, "
                f"got embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.head_dim = embed_dim // num_heads
        assert self.head_dim * num_heads == embed_dim, "embed_dim must be divisible by num_heads"
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        if self._qkv_same_embed_dim:
            self.in_proj_weight = empty_parameter(3 * embed_dim, embed_dim)
            for name in "qkv":
                self.register_parameter(f"{name}_proj_weight", None)
        else:
            self.q_proj_weight = empty_parameter(embed_dim, embed_dim)
            self.k_proj_weight = empty_parameter(embed_dim, self.kdim)
            self.v_proj_weight = empty_parameter(embed_dim, self.vdim)
            self.register_parameter("in_proj_weight", None)
        if bias:
            self.in_proj_bias = empty_parameter(3 * embed_dim)
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias)
        self.bias_k = empty_parameter(1, 1, embed_dim) if add_bias_kv else None
        self.bias_v = empty_parameter(1, 1, embed_dim) if add_bias_kv else None
        self.add_zero_attn = add_zero_attn
        self._reset_parameters()

    def _reset_parameters(self):
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):  # fmt: skip
        """Inside, everything is N×L×E; scores are N×heads×L×S."""
        is_batched = query.ndim == 3
        if query.ndim not in (2, 3):
            raise AssertionError(
                f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D query tensor"
            )
        if query.size(-1) != self.embed_dim:
            raise AssertionError(f"was expecting embedding dimension of {self.embed_dim}, but got {query.size(-1)}")
        q, k, v = (self._rows(tensor, is_batched) for tensor in self._projected(query, key, value))
        n, length, source = q.size(0), q.size(1), k.size(1)
        masks = self._masks(attn_mask, key_padding_mask, n, is_batched)
        if self.bias_k is not None:
            k = shaping.cat([k, self.bias_k.expand(n, 1, -1)], 1)
            v = shaping.cat([v, self.bias_v.expand(n, 1, -1)], 1)
        if self.add_zero_attn:
            k, v = F.pad(k, (0, 0, 0, 1)), F.pad(v, (0, 0, 0, 1))
        scores = (self._heads(q) * (1 / math.sqrt(self.head_dim))) @ self._heads(k).transpose(-2, -1)
        for mask in masks:
            # Rows that were added to the keys are never masked.
            mask = F.pad(mask, (0, k.size(1) - source)) if k.size(1) > source else mask
            is_bool = mask.dtype is _dtypes.bool_
            scores = scores.masked_fill(mask, -math.inf) if is_bool else scores + mask
        weights = F.softmax(scores, -1)
        if self.dropout and self.training:
            weights = F.dropout(weights, self.dropout)
        mixed = (weights @ self._heads(v)).transpose(1, 2).reshape(n, length, self.embed_dim)
        output = F.linear(mixed, self.out_proj.weight, self.out_proj.bias)
        if not is_batched:
            output = output.squeeze(0)
        elif not self.batch_first:
            output = output.transpose(0, 1).contiguous()
        if not need_weights:
            return output, None
        weights = weights.mean(1) if average_attn_weights else weights
        return output, weights if is_batched else weights.squeeze(0)

    def _projected(self, query, key, value):
        size, biases = self.embed_dim, [None] * 3
        if self._qkv_same_embed_dim and query is key and key is value:
            return F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        if self._qkv_same_embed_dim:
            weights = self.in_proj_weight.split(size)
        if self.in_proj_bias is not None:
            biases = self.in_proj_bias.split(size)
        return [F.linear(x, weight, bias) for x, weight, bias in zip((query, key, value), weights, biases)]

    def _rows(self, tensor, is_batched):
        if not is_batched:
            return tensor.unsqueeze(0)
        return tensor if self.batch_first else tensor.transpose(0, 1)

    def _heads(self, tensor):
        """N×L×E → N×heads×L×E/heads"""
        return tensor.reshape(tensor.size(0), -1, self.num_heads, self.head_dim).transpose(1, 2)

    def _masks(self, attn_mask, key_padding_mask, n, is_batched):
        """What broadcasts over N×heads×L×S; True is where not to look."""
        masks = []
        if attn_mask is not None:
            per_head = attn_mask.ndim == 3
            masks.append(attn_mask.reshape(n, self.num_heads, *attn_mask.shape[1:]) if per_head else attn_mask)
        if key_padding_mask is not None:
            rows = key_padding_mask if is_batched else key_padding_mask.unsqueeze(0)
            masks.append(rows[:, None, None, :])
        return masks


class TransformerEncoderLayer(Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-05,
                 batch_first=False, norm_first=False, bias=True, device=None, dtype=None):  # fmt: skip
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        if isinstance(activation, str):
            if activation not in ("relu", "gelu"):
                raise RuntimeError(f"activation should be relu/gelu, not {activation}")
            activation = getattr(F, activation)
        self.activation = activation

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        if self.norm_first:
            src = src + self._sa_block(self.norm1(src), src_mask, src_key_padding_mask)
            return src + self._ff_block(self.norm2(src))
        src = self.norm1(src + self._sa_block(src, src_mask, src_key_padding_mask))
        return self.norm2(src + self._ff_block(src))

    def _sa_block(self, x, attn_mask, key_padding_mask):
        x, _ = self.self_attn(x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=False)
        return self.dropout1(x)

    def _ff_block(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoder(Module):
    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask)
        return src if self.norm is None else self.norm(src)
