"""Trains three models in PyTorch for a hundred steps and writes their losses: what every backend must repeat.

    python3 test/golden/make_long_curves.py [MODEL ...]

writes test/golden/longCurves/MODEL.json:

    {"file", "name", "args", "input": [C, H, W], "batchSize", "loss", "task", "seed", "runs": [
        {"optimizer": {...}, "losses": [100 numbers], "apart": [100 numbers]}]}

Initial weights are those of torch.manual_seed(seed) and the constructor, which the test draws itself. `losses` are of train
mode, before each update. `apart` is how far PyTorch comes from itself when its initial weights are moved by 1e-6: the largest
relative difference of the loss so far, over three such runs.

Sample k is the (k mod batchSize)-th of batch k div batchSize. Its image has at channel c, row y, column x

    noise = (7x + 13y + 3xy + 29k + 11c) % 64
    of masks:   (128 mask + noise) / 256, mask as in make_curves.py, the target
    of classes: (128 bar + noise) / 256, bar = |y - round(4 + (S - 9) label / 9)| <= 1 for images of S rows, label = 7k % 10
"""

import copy
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).parent
STEPS = 100
sys.path.insert(0, str(HERE / "models"))

CLASSES = {"loss": "cross_entropy", "task": "classification", "input": [3, 32, 32], "args": {}, "batchSize": 8}
SGD = {"name": "sgd", "lr": 0.01, "momentum": 0.9}
ADAM = {"name": "adam", "lr": 0.001}
MODELS = {
    "seed_unet": {"file": "seed_unet.py", "name": "UNET", "loss": "bce_with_logits", "task": "segmentation",
                  "args": {"in_channels": 1, "out_channels": 1, "features": [8, 16]}, "input": [1, 64, 64],
                  "batchSize": 2, "seed": 6},
    "tiny_vgg": {**CLASSES, "file": "tiny_vgg.py", "name": "TinyVGG", "input": [1, 28, 28], "seed": 0},
    "vit": {**CLASSES, "file": "curve_models.py", "name": "vit", "seed": 1},
}
# With a larger rate PyTorch itself leaves itself within 30 steps.
SLOW = {"vit": 0.1}


def sample(spec, k):
    channels, rows, columns = spec["input"]
    c, y, x = np.mgrid[0:channels, 0:rows, 0:columns]
    noise = (7 * x + 13 * y + 3 * x * y + 29 * k + 11 * c) % 64
    if spec["task"] == "segmentation":
        mask = (x - 12 - 23 * k % 41) ** 2 + (y - 12 - 17 * k % 41) ** 2 < (6 + 5 * k % 7) ** 2
        return (128 * mask + noise).astype(np.float32) / 256, mask.astype(np.float32)
    label = 7 * k % 10
    bar = abs(y - int(4 + (rows - 9) * label / 9 + 0.5)) <= 1
    return (128 * bar + noise).astype(np.float32) / 256, np.int64(label)


def train(model, spec, settings):
    model = copy.deepcopy(model)
    if settings["name"] == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=settings["lr"], momentum=settings["momentum"])
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=settings["lr"])
    criterion = nn.CrossEntropyLoss() if spec["task"] == "classification" else nn.BCEWithLogitsLoss()
    losses = []
    for step in range(STEPS):
        first = step * spec["batchSize"]
        images, targets = zip(*(sample(spec, k) for k in range(first, first + spec["batchSize"])))
        loss = criterion(model(torch.from_numpy(np.stack(images))), torch.from_numpy(np.stack(targets)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def moved(model, seed):
    """The same model with 1e-6 of noise on every weight."""
    copied = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in copied.parameters():
            parameter.add_(1e-6 * torch.randn(parameter.shape, generator=generator))
    return copied


def number(value):
    return float(f"{value:.9g}")


def main():
    torch.set_num_threads(1)
    (HERE / "longCurves").mkdir(exist_ok=True)
    for key in sys.argv[1:] or MODELS:
        spec = MODELS[key]
        runs = []
        for base in (SGD, ADAM):
            settings = {**base, "lr": base["lr"] * SLOW.get(key, 1)}
            torch.manual_seed(spec["seed"])
            model = getattr(importlib.import_module(spec["file"].removesuffix(".py")), spec["name"])(**spec["args"])
            losses = train(model, spec, settings)
            others = [train(moved(model, seed), spec, settings) for seed in (1, 2, 3)]
            apart = np.maximum.accumulate(np.max([np.abs(np.array(o) / losses - 1) for o in others], 0)).tolist()
            print(f"{key} {settings['name']}: {losses[0]:.4f} to {losses[-1]:.4f}; from itself {apart[29]:.1e} at 30,"
                  f" {apart[-1]:.1e} at the end", flush=True)
            runs.append({"optimizer": settings, "losses": [number(x) for x in losses],
                         "apart": [float(f"{x:.3g}") for x in apart]})
        golden = {**spec, "runs": runs}
        (HERE / "longCurves" / f"{key}.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
