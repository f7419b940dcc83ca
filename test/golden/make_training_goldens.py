"""Losses with their gradients, and three steps of each optimizer, from PyTorch.

    python3 test/golden/make_training_goldens.py

writes test/golden/training.json, which trainingGoldens.ts reads:

    {"losses":     [{"loss", "task", "output": TENSOR, "target": TENSOR, "value", "gradient": [numbers]}],
     "optimizers": [{"settings", "lr": [3 numbers], "start": [numbers], "gradients": [3 x [numbers]],
                     "parameters": [3 x [numbers]]}]}                       TENSOR = {"shape", "dtype", "values"}

`gradient` is that of the output. PyTorch has no Dice loss; its formula is written out below.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).parent


def dice(output, truth):
    """One minus the soft Dice of each sample and class, smoothed by 1, averaged."""
    p = output.sigmoid() if output.shape[1] == 1 else output.softmax(1)
    overlap, total = (p * truth).sum((2, 3)), p.sum((2, 3)) + truth.sum((2, 3))
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def as_truth(output, target):
    """A target as floats of the output's shape; a class out of range is no class."""
    if target.shape == output.shape:
        return target
    if output.shape[1] == 1:
        return target.float().reshape(output.shape)
    classes = torch.arange(output.shape[1]).reshape([-1] + [1] * (output.dim() - 2))
    return (target.unsqueeze(1) == classes).float()


LOSSES = {
    "cross_entropy": lambda x, t: F.cross_entropy(x, t, ignore_index=255),
    "bce_with_logits": lambda x, t: F.binary_cross_entropy_with_logits(x, as_truth(x, t)),
    "dice": lambda x, t: dice(x, as_truth(x, t)),
    "bce_dice": lambda x, t: F.binary_cross_entropy_with_logits(x, as_truth(x, t)) + dice(x, as_truth(x, t)),
    "mse": lambda x, t: F.mse_loss(x, as_truth(x, t)),
}

CASES = [
    ("cross_entropy", "classification", (5, 4), torch.tensor([0, 3, 1, 1, 2])),
    ("cross_entropy", "segmentation", (2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5), generator=torch.manual_seed(1))),
    ("cross_entropy", "segmentation", (1, 3, 2, 3), torch.tensor([[[0, 255, 2], [1, 1, 255]]])),
    ("bce_with_logits", "segmentation", (2, 1, 4, 5), "mask"),
    ("bce_with_logits", "segmentation", (2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5), generator=torch.manual_seed(2))),
    ("bce_with_logits", "classification", (5, 1), torch.tensor([0, 1, 1, 0, 1])),
    ("dice", "segmentation", (3, 1, 4, 5), "mask"),
    ("dice", "segmentation", (2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5), generator=torch.manual_seed(3))),
    ("bce_dice", "segmentation", (2, 1, 4, 5), "mask"),
    ("mse", "segmentation", (2, 1, 4, 5), "mask"),
    ("mse", "classification", (5, 4), torch.tensor([0, 3, 1, 1, 2])),
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


def loss_case(loss, task, shape, target):
    output = (2 * torch.randn(shape, generator=torch.manual_seed(0))).requires_grad_()
    if isinstance(target, str):
        target = (torch.rand(shape, generator=torch.manual_seed(4)) > 0.6).float()
        target[-1] = 0  # an image with an empty mask
    value = LOSSES[loss](output, target)
    value.backward()
    return {"loss": loss, "task": task, "output": tensor_json(output), "target": tensor_json(target),
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
