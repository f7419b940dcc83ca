"""Losses with their gradients, and three steps of each optimizer, from PyTorch.

    python3 test/golden/make_training_goldens.py

writes test/golden/training.json, which trainingGoldens.ts reads:

    {"losses":     [{"loss", "output": TENSOR, "target": TENSOR, "value", "gradient": [numbers]}],
     "optimizers": [{"settings", "lr": [3 numbers], "start": [numbers], "gradients": [3 x [numbers]],
                     "parameters": [3 x [numbers]]}]}                       TENSOR = {"shape", "dtype", "values"}

`gradient` is that of the output; `loss` a name or an experiment's settings. Losses that PyTorch lacks are written out below.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.ops import sigmoid_focal_loss

HERE = Path(__file__).parent


def as_truth(output, target):
    """A target as floats of the output's shape; a class out of range is no class."""
    if target.shape == output.shape:
        return target
    if output.shape[1] == 1:
        return target.float().reshape(output.shape)
    classes = torch.arange(output.shape[1]).reshape([-1] + [1] * (output.dim() - 2))
    return (target.unsqueeze(1) == classes).float()


def regions(x, t, s):
    """Probabilities and truth; with an ignore_index, pixels of that class or of none are 0 in both."""
    p, y = x.sigmoid() if x.shape[1] == 1 else x.softmax(1), as_truth(x, t)
    if "ignoreIndex" in s and x.shape[1] > 1:
        valid = ((t != s["ignoreIndex"]) & (t < x.shape[1])).unsqueeze(1)
        p, y = p * valid, y * valid
    return p, y


def dice(x, t, s):
    """One minus the soft Dice of each sample and class, averaged."""
    p, y = regions(x, t, s)
    smooth = s.get("smooth", 1)
    overlap, total = (p * y).sum((2, 3)), p.sum((2, 3)) + y.sum((2, 3))
    return (1 - (2 * overlap + smooth) / (total + smooth)).mean()


def jaccard(x, t, s):
    p, y = regions(x, t, s)
    smooth = s.get("smooth", 1)
    overlap, total = (p * y).sum((2, 3)), p.sum((2, 3)) + y.sum((2, 3))
    return (1 - (overlap + smooth) / (total - overlap + smooth)).mean()


def tversky(x, t, s):
    p, y = regions(x, t, s)
    smooth, tp = s.get("smooth", 1), (p * y).sum((2, 3))
    fp, fn = (p * (1 - y)).sum((2, 3)), ((1 - p) * y).sum((2, 3))
    return (1 - (tp + smooth) / (tp + s.get("alpha", 0.5) * fp + s.get("beta", 0.5) * fn + smooth)).mean()


def lovasz_extension(errors, fg):
    """Berman et al. 2018: errors weighted by how the Jaccard loss grows along them, from the largest on."""
    errors, order = errors.sort(descending=True, stable=True)
    fg = fg[order]
    grown = 1 - (fg.sum() - fg.cumsum(0)) / (fg.sum() + (1 - fg).cumsum(0))
    weights = torch.cat([grown[:1], grown[1:] - grown[:-1]]).detach()
    return errors.relu() @ weights


def lovasz(x, t, s):
    """Hinge for one channel, softmax over the classes present for several; of each image, averaged."""
    p, y = regions(x, t, s)
    if x.shape[1] == 1:
        signs = 2 * y - 1
        images = [lovasz_extension((1 - a * b).flatten(), c.flatten()) for a, b, c in zip(x, signs, y)]
    else:
        images = []
        for probabilities, truth in zip(p, y):
            classes = [lovasz_extension((c - q).abs().flatten(), c.flatten())
                       for q, c in zip(probabilities, truth) if c.sum() > 0]
            images.append(sum(classes) / len(classes))
    return sum(images) / len(images)


def focal(x, t, s):
    """torchvision's for one channel; for several (1 - p)^gamma times cross-entropy over the pixels that count."""
    if x.shape[1] == 1:
        alpha = s.get("alpha", 0.25)
        return sigmoid_focal_loss(x, as_truth(x, t), -1 if alpha is None else alpha, s.get("gamma", 2),
                                  s.get("reduction", "mean"))
    ignored = s.get("ignoreIndex", 255)
    target = torch.where((t == ignored) | (t >= x.shape[1]), -100, t)
    plain = F.cross_entropy(x, target, reduction="none")
    weighted = F.cross_entropy(x, target, reduction="none", weight=weights(s))
    losses = (1 - (-plain).exp()) ** s.get("gamma", 2) * weighted
    return losses.sum() if s.get("reduction") == "sum" else losses.sum() / (target != -100).sum()


def weights(s):
    return torch.tensor(s["classWeights"]) if "classWeights" in s else None


def channels(numbers, x):
    return torch.tensor(numbers).reshape([-1] + [1] * (x.dim() - 2))


def class_options(s):
    return {"weight": weights(s), "ignore_index": s.get("ignoreIndex", 255), "reduction": s.get("reduction", "mean")}


def without_void(t, x):
    """PyTorch refuses classes out of range other than ignore_index; ours have no share."""
    return torch.where(t >= x.shape[1], 255, t)


def bce_with_logits(x, t, s):
    return F.binary_cross_entropy_with_logits(
        x, as_truth(x, t), reduction=s.get("reduction", "mean"),
        weight=channels(s["classWeights"], x) if "classWeights" in s else None,
        pos_weight=channels(s["posWeight"], x) if "posWeight" in s else None)


def kl_div(x, t, s):
    smoothing, y = s.get("labelSmoothing", 0), as_truth(x, t)
    y = y * (1 - smoothing) + y.sum(1, keepdim=True) * smoothing / x.shape[1]
    return F.kl_div(x, y, reduction=s.get("reduction", "mean"))


def combined(x, t, s):
    return sum(term.get("weight", 1) * LOSSES[term["name"]](x, t, term) for term in s["terms"])


def of_values(function, **renamed):
    def loss(x, t, s):
        options = {theirs: s[ours] for theirs, ours in renamed.items() if ours in s}
        return function(x, as_truth(x, t), reduction=s.get("reduction", "mean"), **options)

    return loss


LOSSES = {
    "cross_entropy": lambda x, t, s: F.cross_entropy(x, without_void(t, x), **class_options(s),
                                                     label_smoothing=s.get("labelSmoothing", 0)),
    "nll": lambda x, t, s: F.nll_loss(x, without_void(t, x), **class_options(s)),
    "bce_with_logits": bce_with_logits,
    "bce": lambda x, t, s: F.binary_cross_entropy(
        x, as_truth(x, t), reduction=s.get("reduction", "mean"),
        weight=channels(s["classWeights"], x).expand_as(x) if "classWeights" in s else None),
    "focal": focal,
    "dice": dice,
    "bce_dice": lambda x, t, s: bce_with_logits(x, t, {}) + dice(x, t, s),
    "jaccard": jaccard,
    "tversky": tversky,
    "lovasz": lovasz,
    "mse": of_values(F.mse_loss),
    "l1": of_values(F.l1_loss),
    "smooth_l1": of_values(F.smooth_l1_loss, beta="beta"),
    "huber": of_values(F.huber_loss, delta="delta"),
    "kl_div": kl_div,
    "combined": combined,
}


def classes_of(shape, count, seed):
    return torch.randint(0, count, shape, generator=torch.manual_seed(seed))


LABELS = torch.tensor([0, 3, 1, 1, 2])
VOID = torch.tensor([[[0, 255, 2], [1, 1, 255]]])
MASKS = classes_of((2, 4, 5), 3, 1)
CLASSES, PIXELS, VOIDED, MASK = (5, 4), (2, 3, 4, 5), (1, 3, 2, 3), (2, 1, 4, 5)
CASES = [
    ("cross_entropy", CLASSES, LABELS),
    ("cross_entropy", PIXELS, MASKS),
    ("cross_entropy", VOIDED, VOID),
    ({"name": "cross_entropy", "labelSmoothing": 0.1}, CLASSES, LABELS),
    ({"name": "cross_entropy", "classWeights": [1, 0.5, 3]}, PIXELS, MASKS),
    ({"name": "cross_entropy", "classWeights": [1, 0.5, 3], "labelSmoothing": 0.2, "ignoreIndex": 0}, PIXELS, MASKS),
    ({"name": "cross_entropy", "classWeights": [2, 0.5, 3], "labelSmoothing": 0.2, "ignoreIndex": 255}, VOIDED, VOID),
    ({"name": "cross_entropy", "reduction": "sum", "ignoreIndex": 1}, CLASSES, LABELS),
    ({"name": "cross_entropy", "reduction": "sum", "labelSmoothing": 0.3}, CLASSES, LABELS),
    ("nll", CLASSES, LABELS),
    ({"name": "nll", "classWeights": [1, 0.5, 3], "ignoreIndex": 2}, PIXELS, MASKS),
    ({"name": "nll", "reduction": "sum"}, VOIDED, VOID),
    ("bce_with_logits", MASK, "mask"),
    ("bce_with_logits", PIXELS, classes_of((2, 4, 5), 3, 2)),
    ("bce_with_logits", (5, 1), torch.tensor([0, 1, 1, 0, 1])),
    ({"name": "bce_with_logits", "posWeight": [3]}, MASK, "mask"),
    ({"name": "bce_with_logits", "posWeight": [0.5, 2, 7], "classWeights": [1, 2, 0.25]}, PIXELS, MASKS),
    ({"name": "bce_with_logits", "reduction": "sum"}, MASK, "mask"),
    ("bce", MASK, "mask"),
    ({"name": "bce", "classWeights": [1, 2, 0.25], "reduction": "sum"}, PIXELS, MASKS),
    ("focal", MASK, "mask"),
    ({"name": "focal", "gamma": 1.5, "alpha": None, "reduction": "sum"}, MASK, "mask"),
    ("focal", PIXELS, MASKS),
    ({"name": "focal", "gamma": 3, "classWeights": [1, 0.5, 3], "ignoreIndex": 0}, PIXELS, MASKS),
    ("dice", (3, 1, 4, 5), "mask"),
    ("dice", PIXELS, classes_of((2, 4, 5), 3, 3)),
    ({"name": "dice", "smooth": 0.1, "ignoreIndex": 0}, PIXELS, MASKS),
    ({"name": "dice", "ignoreIndex": 255}, VOIDED, VOID),
    ("bce_dice", MASK, "mask"),
    ({"name": "bce_dice", "smooth": 2}, MASK, "mask"),
    ("jaccard", MASK, "mask"),
    ({"name": "jaccard", "smooth": 0.5, "ignoreIndex": 0}, PIXELS, MASKS),
    ("tversky", MASK, "mask"),
    ({"name": "tversky", "alpha": 0.3, "beta": 0.8, "smooth": 0.5, "ignoreIndex": 1}, PIXELS, MASKS),
    ("lovasz", MASK, "mask"),
    ("lovasz", PIXELS, MASKS),
    ({"name": "lovasz", "ignoreIndex": 255}, VOIDED, VOID),
    ("mse", MASK, "mask"),
    ("mse", CLASSES, LABELS),
    ({"name": "mse", "reduction": "sum"}, MASK, "mask"),
    ("l1", MASK, "mask"),
    ({"name": "l1", "reduction": "sum"}, CLASSES, LABELS),
    ("smooth_l1", MASK, "mask"),
    ({"name": "smooth_l1", "beta": 0.5, "reduction": "sum"}, CLASSES, LABELS),
    ("huber", MASK, "mask"),
    ({"name": "huber", "delta": 0.5, "reduction": "sum"}, CLASSES, LABELS),
    ("kl_div", CLASSES, LABELS),
    ({"name": "kl_div", "labelSmoothing": 0.1, "reduction": "batchmean"}, PIXELS, MASKS),
    ({"name": "combined", "terms": [{"name": "cross_entropy", "labelSmoothing": 0.1},
                                    {"name": "lovasz", "weight": 0.5}, {"name": "tversky", "weight": 2}]},
     PIXELS, MASKS),
]

BASE = {"name": "sgd", "lr": 0.1, "momentum": 0, "nesterov": False, "weightDecay": 0, "betas": [0.9, 0.999],
        "eps": 1e-8}
SETTINGS = [
    BASE,
    {**BASE, "momentum": 0.9},
    {**BASE, "momentum": 0.8, "nesterov": True, "weightDecay": 0.05},
    {**BASE, "name": "adam"},
    {**BASE, "name": "adam", "weightDecay": 0.1, "betas": [0.8, 0.95], "eps": 1e-6},
    {**BASE, "name": "adamw", "weightDecay": 0.01},
]
RATES = [0.1, 0.05, 0.2]


def make_optimizer(s, parameters):
    if s["name"] == "sgd":
        return torch.optim.SGD(parameters, lr=s["lr"], momentum=s["momentum"], nesterov=s["nesterov"],
                               weight_decay=s["weightDecay"])
    kind = torch.optim.Adam if s["name"] == "adam" else torch.optim.AdamW
    return kind(parameters, lr=s["lr"], betas=s["betas"], eps=s["eps"], weight_decay=s["weightDecay"])


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def tensor_json(tensor):
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch."), "values": numbers(tensor)}


def output_for(name, shape):
    """Logits, or what a loss takes instead."""
    logits = 2 * torch.randn(shape, generator=torch.manual_seed(0))
    if name == "bce":
        return logits.sigmoid()
    return logits.log_softmax(1) if name in ("nll", "kl_div") else logits


def loss_case(loss, shape, target):
    settings = {"name": loss} if isinstance(loss, str) else loss
    output = output_for(settings["name"], shape).requires_grad_()
    if isinstance(target, str):
        target = (torch.rand(shape, generator=torch.manual_seed(4)) > 0.6).float()
        target[-1] = 0  # an image with an empty mask
    value = LOSSES[settings["name"]](output, target, settings)
    value.backward()
    return {"loss": loss, "output": tensor_json(output), "target": tensor_json(target),
            "value": numbers(value)[0], "gradient": numbers(output.grad)}


def optimizer_case(settings):
    generator = torch.manual_seed(0)
    parameter = torch.randn(6, generator=generator).requires_grad_()
    gradients = [torch.randn(6, generator=generator) for _ in RATES]
    case = {"settings": settings, "lr": RATES, "start": numbers(parameter),
            "gradients": [numbers(gradient) for gradient in gradients], "parameters": []}
    optimizer = make_optimizer(settings, [parameter])
    for rate, gradient in zip(RATES, gradients):
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = gradient
        optimizer.step()
        case["parameters"].append(numbers(parameter))
    return case


def main():
    golden = {"losses": [loss_case(*case) for case in CASES],
              "optimizers": [optimizer_case(settings) for settings in SETTINGS]}
    (HERE / "training.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
