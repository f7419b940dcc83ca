"""Attention, embeddings and distances: what transformers are made of."""
import math

from .. import _constants, _dtypes
from .. import _linear_algebra as linear_algebra
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._recorder import UnsupportedOp
from .._tensor import Tensor, apply, spoken
from ._dropout import dropout


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    scale = 1 / math.sqrt(query.size(-1)) if scale is None else scale
    scores = pointwise.mul(linear_algebra.matmul(query, shaping.transpose(key, -2, -1)), scale)
    if is_causal:
        ones = Tensor(scores._shape[-2:], _dtypes.bool_, _constants.uniform(True))
        attn_mask = shaping.tril(ones)
    if attn_mask is not None and attn_mask.dtype is _dtypes.bool_:
        scores = pointwise.where(attn_mask, scores, -math.inf)
    elif attn_mask is not None:
        scores = pointwise.add(scores, attn_mask)
    weights = reductions.softmax(scores, -1)
    if dropout_p:
        weights = dropout(weights, dropout_p)
    return linear_algebra.matmul(weights, value)


def one_hot(tensor, num_classes=-1):
    if num_classes < 0:
        raise UnsupportedOp("one_hot without num_classes", hint="Pass num_classes.")
    planes = apply("one_hot", [tensor], {"num_classes": num_classes})
    return pointwise.to_dtype(shaping.movedim(planes, 1, -1) if tensor.ndim else planes, _dtypes.int64)


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """One-hot rows times the table: the same numbers and gradients, for tables of moderate size."""
    if input.dtype not in (_dtypes.int64, _dtypes.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            f"torch.{spoken(input.dtype)}Tensor instead (while checking arguments for embedding)"
        )
    rows = apply("one_hot", [shaping.flatten(input)], {"num_classes": weight.size(0)})
    return shaping.reshape(linear_algebra.matmul(rows, weight), [*input._shape, weight.size(1)])


def cosine_similarity(x1, x2, dim=1, eps=1e-08):
    product = reductions.sum(pointwise.mul(x1, x2), dim)
    lengths = pointwise.mul(reductions.norm(x1, 2, dim), reductions.norm(x2, 2, dim))
    return pointwise.div(product, pointwise.clamp(lengths, min=eps))


def pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False):
    return reductions.norm(pointwise.add(pointwise.sub(x1, x2), eps), p, -1, keepdim)


def cdist(x1, x2, p=2.0, compute_mode=None):
    return reductions.norm(pointwise.sub(shaping.unsqueeze(x1, -2), shaping.unsqueeze(x2, -3)), p, -1)


def pdist(input, p=2.0):
    """The distances above the diagonal of `cdist`, row by row."""
    rows = [cdist(input[i : i + 1], input[i + 1 :], p) for i in range(input._shape[0] - 1)]
    return shaping.flatten(shaping.cat(rows, 1))


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean",
                  sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None):  # fmt: skip
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
                "sequences. However, found offsets of type <class 'torch.Tensor'>"
            )
        rows = embedding(input, weight)
        if per_sample_weights is not None:
            rows = pointwise.mul(rows, shaping.unsqueeze(per_sample_weights, -1))
        if mode not in ("sum", "mean", "max"):
            raise ValueError("mode has to be one of sum or mean")
        reduce = {"sum": reductions.sum, "mean": reductions.mean, "max": reductions.amax}[mode]
        return reduce(rows, 1)
    if input.ndim != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}")
    if offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if include_last_offset:
        offsets = shaping.sliced(offsets, 0, 0, offsets._shape[0] - 1)
    return apply("embedding_bag", [input, weight, offsets], {"mode": mode})
