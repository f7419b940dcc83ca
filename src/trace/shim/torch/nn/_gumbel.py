"""Sampling from categories in a way that gradients pass."""
from .. import _creation as creation
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .._shaping import axis_of
from ._attention import one_hot


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    noise = creation.rand(logits._shape)
    gumbels = pointwise.neg(pointwise.log(pointwise.neg(pointwise.log(noise))))
    soft = reductions.softmax(pointwise.div(pointwise.add(logits, gumbels), tau), dim)
    if not hard:
        return soft
    axis = axis_of(dim, logits.ndim)
    picked = one_hot(reductions.argmax(soft, axis), logits._shape[axis]).movedim(-1, axis)
    return pointwise.add(pointwise.sub(pointwise.to_dtype(picked, soft.dtype), soft.detach()), soft)
