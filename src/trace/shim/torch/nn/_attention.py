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
