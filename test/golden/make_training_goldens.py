"""Losses with their gradients, steps of each optimizer, and rates of each schedule, from PyTorch.

    python3 test/golden/make_training_goldens.py

writes test/golden/training.json, which trainingGoldens.ts reads:

    {"losses":     [{"loss", "output": TENSOR, "target": TENSOR, "value", "gradient": [numbers]}],
     "optimizers": [{"settings", "lr": [numbers], "start": BY_NAME, "gradients": [BY_NAME], "parameters": [BY_NAME]}],
     "schedules":  {"epochs", "stepsPerEpoch", "lr", "losses": [of each epoch], "cases": [{"settings", "rates"}]}}

with TENSOR = {"shape", "dtype", "values"} and BY_NAME = {parameter: [numbers]}; `parameters` are those after each step.
`gradient` is that of the output; `loss` a name or an experiment's settings. Losses that PyTorch lacks are written out below.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import torch.optim.lr_scheduler as schedulers
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

SETTINGS = [
    {"name": "sgd", "lr": 0.1},
    {"name": "sgd", "lr": 0.1, "momentum": 0.9},
    {"name": "sgd", "lr": 0.1, "momentum": 0.8, "nesterov": True, "weightDecay": 0.05},
    {"name": "sgd", "lr": 0.1, "momentum": 0.8, "dampening": 0.4, "weightDecay": 0.05},
    {"name": "adam", "lr": 0.1},
    {"name": "adam", "lr": 0.1, "weightDecay": 0.1, "betas": [0.8, 0.95], "eps": 1e-6},
    {"name": "adam", "lr": 0.1, "weightDecay": 0.1, "amsgrad": True},
    {"name": "adamw", "lr": 0.1, "weightDecay": 0.01},
    {"name": "adamw", "lr": 0.1, "weightDecay": 0.2, "amsgrad": True, "betas": [0.8, 0.9], "eps": 1e-3},
    {"name": "nadam", "lr": 0.1},
    {"name": "nadam", "lr": 0.1, "weightDecay": 0.1, "betas": [0.8, 0.95], "eps": 1e-4, "momentumDecay": 0.02},
    {"name": "rmsprop", "lr": 0.1},
    {"name": "rmsprop", "lr": 0.1, "momentum": 0.7, "centered": True, "alpha": 0.9, "eps": 1e-2, "weightDecay": 0.1},
    {"name": "adagrad", "lr": 0.1},
    {"name": "adagrad", "lr": 0.1, "lrDecay": 0.3, "initialAccumulatorValue": 0.5, "eps": 1e-3, "weightDecay": 0.1},
    {"name": "lion", "lr": 0.1},
    {"name": "lion", "lr": 0.1, "weightDecay": 0.1, "betas": [0.8, 0.7]},
    {"name": "adamw", "lr": 0.1, "weightDecay": 0.3, "decayNormsAndBiases": False},
    {"name": "sgd", "lr": 0.1, "momentum": 0.9, "weightDecay": 0.3,
     "groups": [{"parameters": "*.bias", "lrFactor": 0.25, "weightDecay": 0}]},
]
RATES = [0.1, 0.05, 0.2, 0.1, 0.02]
# Parameter name -> shape; the gradient of a parameter at each step comes after its first values.
PARAMETERS = {"layer.weight": (2, 3), "layer.bias": (4,)}


class Lion(torch.optim.Optimizer):
    """Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, program 2."""

    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                with torch.no_grad():
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.sub_(group["lr"] * (beta1 * m + (1 - beta1) * p.grad).sign())
                    m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


RENAMED = {"weightDecay": "weight_decay", "lrDecay": "lr_decay", "initialAccumulatorValue": "initial_accumulator_value",
           "momentumDecay": "momentum_decay"}
KINDS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam,
         "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad}


def group_of(name, parameter, settings):
    """PyTorch's parameter group with the settings that our options give this parameter."""
    group = {"params": [parameter], "factor": 1.0}
    if parameter.dim() < 2 and settings.get("decayNormsAndBiases") is False:
        group["weight_decay"] = 0.0
    for own in settings.get("groups", []):
        if name.endswith(own["parameters"].removeprefix("*")):
            group.update(factor=own["lrFactor"], weight_decay=own["weightDecay"])
    return group


def make_optimizer(settings, parameters):
    groups = [group_of(name, parameter, settings) for name, parameter in parameters.items()]
    options = {RENAMED.get(key, key): value for key, value in settings.items()
               if key not in ("name", "groups", "decayNormsAndBiases")}
    if settings["name"] == "lion":
        return Lion(groups, {"betas": (0.9, 0.99), "weight_decay": 0, **options})
    if settings["name"] == "adamw":
        options.setdefault("weight_decay", 0.01)
    if settings["name"] == "nadam":
        options["foreach"] = True  # the other path of 1.13 takes mu twice into its product; later releases do not
    return KINDS[settings["name"]](groups, **options)


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


def drawn_parameters():
    generator = torch.manual_seed(0)
    return {name: torch.randn(shape, generator=generator).requires_grad_() for name, shape in PARAMETERS.items()}


def drawn_gradients(count):
    generator = torch.manual_seed(1)
    return [{name: torch.randn(shape, generator=generator) for name, shape in PARAMETERS.items()}
            for _ in range(count)]


def listed(tensors):
    return {name: numbers(tensor) for name, tensor in tensors.items()}


def optimizer_case(settings, gradients_setting=None, ema=None):
    """Steps at RATES; with accumulation each takes as many gradients, averaged."""
    handling = gradients_setting or {}
    batches = handling.get("accumulate", 1)
    parameters = drawn_parameters()
    gradients = drawn_gradients(len(RATES) * batches)
    case = {"settings": settings, "lr": RATES, "start": listed(parameters),
            "gradients": [listed(each) for each in gradients], "parameters": []}
    if gradients_setting:
        case["gradientSettings"] = gradients_setting
    optimizer = make_optimizer(settings, parameters)
    averages = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    for index, rate in enumerate(RATES):
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        for name, parameter in parameters.items():
            parameter.grad = sum(each[name] / batches for each in gradients[index * batches:(index + 1) * batches])
        if handling.get("clipValue"):
            torch.nn.utils.clip_grad_value_(parameters.values(), handling["clipValue"])
        if handling.get("clipNorm"):
            torch.nn.utils.clip_grad_norm_(parameters.values(), handling["clipNorm"])
        optimizer.step()
        case["parameters"].append(listed(parameters))
        if ema is not None:
            for name, parameter in parameters.items():
                averages[name] = ema * averages[name] + (1 - ema) * parameter.detach()
    if ema is not None:
        case.update(ema=ema, averages=listed(averages))
    return case


GRADIENT_CASES = [
    ({"name": "sgd", "lr": 0.1}, {"clipNorm": 1}),
    ({"name": "adam", "lr": 0.1}, {"clipNorm": 0.5, "clipValue": 0.3}),
    ({"name": "sgd", "lr": 0.1, "momentum": 0.9}, {"clipNorm": 100}),
    ({"name": "adamw", "lr": 0.1}, {"accumulate": 3}),
    ({"name": "rmsprop", "lr": 0.1}, {"accumulate": 2, "clipNorm": 1}),
]

EPOCHS, STEPS_PER_EPOCH, BASE_RATE = 12, 4, 0.3
LOSSES_BY_EPOCH = [1, 0.8, 0.81, 0.79999, 0.9, 0.7, 0.7, 0.7, 0.65, 0.66, 0.67, 0.68]
SCHEDULERS = [
    ({"name": "constant"}, None),
    ({"name": "constant", "warmupSteps": 7, "warmupFactor": 0.2}, None),
    ({"name": "step", "stepSize": 3, "gamma": 0.5}, lambda o: schedulers.StepLR(o, 3, 0.5)),
    ({"name": "step", "every": "step", "stepSize": 5, "warmupSteps": 6},
     lambda o: schedulers.StepLR(o, 5)),
    ({"name": "multi_step", "milestones": [2, 5, 9], "gamma": 0.3}, lambda o: schedulers.MultiStepLR(o, [2, 5, 9], 0.3)),
    ({"name": "exponential", "gamma": 0.9, "every": "step"}, lambda o: schedulers.ExponentialLR(o, 0.9)),
    ({"name": "cosine"}, lambda o: schedulers.CosineAnnealingLR(o, EPOCHS)),
    ({"name": "cosine", "every": "step", "tMax": 20, "etaMin": 0.01}, lambda o: schedulers.CosineAnnealingLR(o, 20, 0.01)),
    ({"name": "cosine_restarts", "t0": 3, "tMult": 2, "etaMin": 0.01},
     lambda o: schedulers.CosineAnnealingWarmRestarts(o, 3, 2, 0.01)),
    ({"name": "cosine_restarts", "every": "step", "t0": 5}, lambda o: schedulers.CosineAnnealingWarmRestarts(o, 5)),
    ({"name": "one_cycle", "maxLr": 0.9},
     lambda o: schedulers.OneCycleLR(o, 0.9, EPOCHS * STEPS_PER_EPOCH, cycle_momentum=False)),
    ({"name": "one_cycle", "maxLr": 0.9, "pctStart": 0.4, "annealStrategy": "linear", "divFactor": 10,
      "finalDivFactor": 100, "threePhase": True},
     lambda o: schedulers.OneCycleLR(o, 0.9, EPOCHS * STEPS_PER_EPOCH, cycle_momentum=False, pct_start=0.4,
                                     anneal_strategy="linear", div_factor=10, final_div_factor=100, three_phase=True)),
    ({"name": "polynomial", "power": 2, "totalIters": 8}, lambda o: schedulers.PolynomialLR(o, 8, 2)),
    ({"name": "polynomial", "every": "step", "warmupSteps": 9, "warmupFactor": 0.1},
     lambda o: schedulers.PolynomialLR(o, EPOCHS * STEPS_PER_EPOCH)),
    ({"name": "plateau", "patience": 1, "factor": 0.5},
     lambda o: schedulers.ReduceLROnPlateau(o, factor=0.5, patience=1)),
    ({"name": "plateau", "patience": 0, "factor": 0.2, "threshold": 0.1, "cooldown": 2, "minLr": 0.02},
     lambda o: schedulers.ReduceLROnPlateau(o, factor=0.2, patience=0, threshold=0.1, cooldown=2, min_lr=0.02)),
]


def schedule_case(settings, make):
    """The rate of every step of EPOCHS epochs. Warm-up is a LinearLR of its own, whose factor multiplies."""
    def fresh():
        return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE_RATE)

    main, warming = fresh(), fresh()
    scheduler = make(main) if make else None
    factor = schedulers.LinearLR(warming, settings.get("warmupFactor", 1 / 3), total_iters=settings["warmupSteps"]) \
        if "warmupSteps" in settings else None
    by_step = settings.get("every") == "step" or settings["name"] == "one_cycle"
    rates = []
    for epoch in range(EPOCHS):
        for _ in range(STEPS_PER_EPOCH):
            rate = main.param_groups[0]["lr"]
            rates.append(rate * warming.param_groups[0]["lr"] / BASE_RATE if factor else rate)
            main.step(), warming.step()
            if scheduler and by_step and len(rates) < EPOCHS * STEPS_PER_EPOCH:
                scheduler.step()
            if factor:
                factor.step()
        if settings["name"] == "plateau":
            scheduler.step(LOSSES_BY_EPOCH[epoch])
        elif scheduler and not by_step:
            scheduler.step()
    return {"settings": settings, "rates": rates}


def main():
    torch.optim.lr_scheduler.EPOCH_DEPRECATION_WARNING = ""
    golden = {
        "losses": [loss_case(*case) for case in CASES],
        "optimizers": [optimizer_case(settings) for settings in SETTINGS]
        + [optimizer_case(*case) for case in GRADIENT_CASES]
        + [optimizer_case({"name": "sgd", "lr": 0.1, "momentum": 0.9}, ema=0.6)],
        "schedules": {"epochs": EPOCHS, "stepsPerEpoch": STEPS_PER_EPOCH, "lr": BASE_RATE, "losses": LOSSES_BY_EPOCH,
                      "cases": [schedule_case(*case) for case in SCHEDULERS]},
    }
    (HERE / "training.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
