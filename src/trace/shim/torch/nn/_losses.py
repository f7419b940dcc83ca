"""Losses: models rarely call them, but files' own test code does. All are composed of simpler ops."""
from .. import _pointwise as pointwise
from .. import _reductions as reductions
from .._recorder import UnsupportedOp
from .._tensor import apply

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "huber_loss", "kl_div", "l1_loss",
    "mse_loss", "nll_loss", "smooth_l1_loss",
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
    return pointwise.div(huber_loss(input, target, reduction, beta), beta)


def huber_loss(input, target, reduction="mean", delta=1.0):
    distance = pointwise.abs(pointwise.sub(input, target))
    near = pointwise.mul(pointwise.square(distance), 0.5)
    far = pointwise.mul(pointwise.sub(distance, 0.5 * delta), delta)
    return reduced(pointwise.where(pointwise.lt(distance, delta), near, far), reduction)


def binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, reduction="mean",
                                     pos_weight=None):  # fmt: skip
    same_size(input, target)
    if pos_weight is not None:
        raise UnsupportedOp("binary_cross_entropy_with_logits(pos_weight=…)")
    # softplus(x) − x·y
    loss = pointwise.sub(apply("softplus", [input]), pointwise.mul(input, target))
    return reduced(loss if weight is None else pointwise.mul(loss, weight), reduction)


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    same_size(input, target)
    positive = pointwise.mul(target, pointwise.log(pointwise.clamp(input, min=1e-43)))
    rest = pointwise.log(pointwise.clamp(pointwise.sub(1, input), min=1e-43))
    loss = pointwise.neg(pointwise.add(positive, pointwise.mul(pointwise.sub(1, target), rest)))
    return reduced(loss if weight is None else pointwise.mul(loss, weight), reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    if weight is not None:
        raise UnsupportedOp("nll_loss(weight=…)")
    expected = (input._shape[0], *input._shape[2:])
    if tuple(target._shape) != expected:
        raise ValueError(f"Expected target size {list(expected)}, got {list(target._shape)}")
    planes = apply("one_hot", [target], {"num_classes": input.size(1)})
    return reduced(pointwise.neg(reductions.sum(pointwise.mul(planes, input), 1)), reduction)


def cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean",
                  label_smoothing=0.0):  # fmt: skip
    scores = reductions.log_softmax(input, 1 if input.ndim > 1 else 0)
    if target.dtype.is_floating_point:
        same_size(input, target)
        return reduced(pointwise.neg(reductions.sum(pointwise.mul(scores, target), 1)), reduction)
    if label_smoothing:
        raise UnsupportedOp("cross_entropy(label_smoothing=…)")
    return nll_loss(scores, target, weight, None, ignore_index, None, reduction)


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    raise UnsupportedOp("torch.nn.functional.kl_div")
