"""Losses: models rarely call them, but files' own test code does. All are composed of simpler ops."""
import math

from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .. import _shaping as shaping
from .._recorder import warn
from .._tensor import apply
from ._attention import cosine_similarity, pairwise_distance

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "cross_entropy", "ctc_loss",
    "gaussian_nll_loss", "hinge_embedding_loss", "huber_loss", "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss",
    "multi_margin_loss", "multilabel_soft_margin_loss", "nll_loss", "poisson_nll_loss", "smooth_l1_loss",
    "soft_margin_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
]  # fmt: skip


def reduced(loss, reduction):
    if reduction == "none":
        return loss
    if reduction not in ("mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reductions.mean(loss) if reduction == "mean" else reductions.sum(loss)


def same_size(input, target):
    if input._shape != target._shape:
        raise ValueError(f"Target size ({target._shape}) must be the same as input size ({input._shape})")


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return reduced(pointwise.square(pointwise.sub(input, target)), reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return reduced(pointwise.abs(pointwise.sub(input, target)), reduction)


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    return pointwise.div(huber_loss(input, target, reduction, beta), beta)


def huber_loss(input, target, reduction="mean", delta=1.0):
    distance = pointwise.abs(pointwise.sub(input, target))
    near = pointwise.mul(pointwise.square(distance), 0.5)
    far = pointwise.mul(pointwise.sub(distance, 0.5 * delta), delta)
    return reduced(pointwise.where(pointwise.lt(distance, delta), near, far), reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):  # fmt: skip
    same_size(input, target)
    if pos_weight is None:
        # softplus(x) − x·y
        loss = pointwise.sub(apply("softplus", [input]), pointwise.mul(input, target))
    else:
        # (1 − y)·x + (1 + (w − 1)·y)·softplus(−x)
        factor = pointwise.add(pointwise.mul(pointwise.sub(pos_weight, 1), target), 1)
        rest = pointwise.mul(factor, apply("softplus", [pointwise.neg(input)]))
        loss = pointwise.add(pointwise.mul(pointwise.sub(1, target), input), rest)
    return reduced(loss if weight is None else pointwise.mul(loss, weight), reduction)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    if input._shape != target._shape:
        raise ValueError(
            f"Using a target size ({target._shape}) that is different to the input size ({input._shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    positive = pointwise.mul(target, pointwise.log(pointwise.clamp(input, min=1e-43)))
    rest = pointwise.log(pointwise.clamp(pointwise.sub(1, input), min=1e-43))
    loss = pointwise.neg(pointwise.add(positive, pointwise.mul(pointwise.sub(1, target), rest)))
    return reduced(loss if weight is None else pointwise.mul(loss, weight), reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    if input.ndim == 1:
        input, target = shaping.unsqueeze(input, 0), shaping.unsqueeze(target, 0)
        loss = nll_loss(input, target, weight, None, ignore_index, None, reduction)
        return shaping.squeeze(loss, 0) if reduction == "none" else loss
    n = input._shape[0]
    if target.ndim == 0 or target._shape[0] != n:
        sizes = target._shape[0] if target.ndim else 1
        raise ValueError(f"Expected input batch_size ({n}) to match target batch_size ({sizes}).")
    expected = (n, *input._shape[2:])
    if tuple(target._shape) != expected:
        if input.ndim == 4:
            raise RuntimeError(f"size mismatch (got input: {list(input._shape)} , target: {list(target._shape)}")
        raise RuntimeError(f"Expected target size {list(expected)}, got {list(target._shape)}")
    planes = apply("one_hot", [target], {"num_classes": input.size(1)})
    if 0 <= ignore_index < input.size(1):
        kept = pointwise.to_dtype(pointwise.ne(target, ignore_index), input.dtype)
        planes = pointwise.mul(planes, shaping.unsqueeze(kept, 1))
    if weight is not None:
        planes = pointwise.mul(planes, shaping.reshape(weight, [-1] + [1] * (input.ndim - 2)))
    loss = pointwise.neg(reductions.sum(pointwise.mul(planes, input), 1))
    if reduction == "mean":
        # The mean over what counts: ignored targets have no plane, the others their class's weight.
        return pointwise.div(reductions.sum(loss), reductions.sum(planes))
    return reduced(loss, reduction)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):  # fmt: skip
    axis = 1 if input.ndim > 1 else 0
    scores = reductions.log_softmax(input, axis)
    if target.dtype.is_floating_point:
        same_size(input, target)
        if label_smoothing:
            target = pointwise.add(pointwise.mul(target, 1 - label_smoothing), label_smoothing / input._shape[axis])
        if weight is not None:
            target = pointwise.mul(target, shaping.reshape(weight, [-1] + [1] * (input.ndim - 1 - axis)))
        loss = pointwise.neg(reductions.sum(pointwise.mul(scores, target), axis))
        if reduction == "mean":
            return pointwise.div(reductions.sum(loss), loss.numel())
        return reduced(loss, reduction)
    loss = nll_loss(scores, target, weight, None, ignore_index, None, reduction)
    if not label_smoothing:
        return loss
    if weight is not None or ignore_index >= 0:
        warn("loss-not-exact", "Label smoothing together with class weights or ignore_index is only shaped here.",
             "The loss of a training run is chosen in the experiment.")  # fmt: skip
    even = pointwise.neg(reductions.mean(scores, axis))
    smooth = even if reduction == "none" else reduced(even, reduction)
    return pointwise.add(pointwise.mul(loss, 1 - label_smoothing), pointwise.mul(smooth, label_smoothing))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    if log_target:
        loss = pointwise.mul(pointwise.exp(target), pointwise.sub(target, input))
    else:
        entropy = pointwise.where(pointwise.gt(target, 0), pointwise.mul(target, pointwise.log(target)), 0.0)
        loss = pointwise.sub(entropy, pointwise.mul(target, input))
    if reduction == "batchmean":
        return pointwise.div(reductions.sum(loss), input._shape[0])
    return reduced(loss, reduction)


def poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None,
                     reduction="mean"):  # fmt: skip
    if log_input:
        loss = pointwise.sub(pointwise.exp(input), pointwise.mul(target, input))
    else:
        loss = pointwise.sub(input, pointwise.mul(target, pointwise.log(pointwise.add(input, eps))))
    if full:
        # Stirling's approximation of log(y!)
        log = pointwise.log(pointwise.clamp(target, min=1.0))
        stirling = pointwise.add(pointwise.sub(pointwise.mul(target, log), target), pointwise.mul(pointwise.add(log, math.log(2 * math.pi)), 0.5))
        loss = pointwise.add(loss, pointwise.where(pointwise.gt(target, 1), stirling, 0.0))
    return reduced(loss, reduction)


def gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction="mean"):
    if var._shape != input._shape:
        if input._shape[:-1] == var._shape:
            var = shaping.unsqueeze(var, -1)
        elif not (input._shape[:-1] == var._shape[:-1] and var._shape[-1] == 1):
            raise ValueError("var is of incorrect size")
    var = pointwise.clamp(var, min=eps)
    square = pointwise.square(pointwise.sub(input, target))
    loss = pointwise.mul(pointwise.add(pointwise.log(var), pointwise.div(square, var)), 0.5)
    return reduced(pointwise.add(loss, 0.5 * math.log(2 * math.pi)) if full else loss, reduction)


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    return reduced(apply("softplus", [pointwise.neg(pointwise.mul(target, input))]), reduction)


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    loss = binary_cross_entropy_with_logits(input, target, weight, reduction="none")
    return reduced(reductions.mean(loss, -1), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    chosen = apply("one_hot", [target], {"num_classes": input._shape[-1]})
    own = reductions.sum(pointwise.mul(chosen, input), -1, True)
    loss = pointwise.clamp(pointwise.add(pointwise.sub(input, own), margin), min=0)
    loss = loss if p == 1 else pointwise.square(loss)
    if weight is not None:
        loss = pointwise.mul(loss, reductions.sum(pointwise.mul(chosen, weight), -1, True))
    return reduced(reductions.mean(pointwise.mul(loss, pointwise.sub(1, chosen)), -1), reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    far = pointwise.clamp(pointwise.sub(margin, input), min=0)
    loss = pointwise.add(
        pointwise.where(pointwise.ne(target, 1), far, 0.0), pointwise.where(pointwise.ne(target, -1), input, 0.0)
    )
    return reduced(loss, reduction)


def margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    distance = pointwise.mul(pointwise.neg(target), pointwise.sub(input1, input2))
    return reduced(pointwise.clamp(pointwise.add(distance, margin), min=0), reduction)


def cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"):
    cosine = cosine_similarity(input1, input2, -1)
    apart = pointwise.clamp(pointwise.sub(cosine, margin), min=0)
    return reduced(pointwise.where(pointwise.eq(target, 1), pointwise.sub(1, cosine), apart), reduction)


def triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, size_average=None,
                        reduce=None, reduction="mean"):  # fmt: skip
    def distance(a, b):
        return pairwise_distance(a, b, p, eps)

    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=distance, margin=margin, swap=swap, reduction=reduction
    )


def triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
                                      reduction="mean"):  # fmt: skip
    distance = distance_function or pairwise_distance
    far = distance(anchor, negative)
    if swap:
        far = pointwise.minimum(far, distance(positive, negative))
    loss = pointwise.clamp(pointwise.add(pointwise.sub(distance(anchor, positive), far), margin), min=0)
    return reduced(loss, reduction)


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    return apply("ctc_loss", [log_probs, targets], {"reduction": reduction})
