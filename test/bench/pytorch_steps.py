"""Milliseconds of a training step in PyTorch on the processor: the peer of stepTimes.ts, same models and work.

    python3 test/bench/pytorch_steps.py THREADS STEPS

prints {"version": "…", "seed_unet": [ms, …], "tiny_vgg": [ms, …]}; a step is forward, loss, backward, AdamW's update
and reading the loss back. The first steps, which warm caches up, are left out.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "golden" / "models"))
sys.dont_write_bytecode = True
from seed_unet import UNET  # noqa: E402
from tiny_vgg import TinyVGG  # noqa: E402

WARM_UP = 3


def bce_dice(logits, target):
    probabilities = torch.sigmoid(logits)
    overlap = (probabilities * target).sum()
    dice = 1 - (2 * overlap + 1) / (probabilities.sum() + target.sum() + 1)
    return nn.functional.binary_cross_entropy_with_logits(logits, target) + dice


def times(model, inputs, targets, criterion, steps):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    milliseconds = []
    for _ in range(WARM_UP + steps):
        start = time.perf_counter()
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss.item()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds[WARM_UP:]


def main():
    threads, steps = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    images = torch.rand(8, 1, 128, 128)
    unet = times(UNET(1, 1, [8, 16, 32]), images, (images > 0.5).float(), bce_dice, steps)
    digits, labels = torch.rand(32, 1, 28, 28), torch.arange(32) % 10
    vgg = times(TinyVGG(1, 10, 10), digits, labels, nn.CrossEntropyLoss(), steps)
    print(json.dumps({"version": torch.__version__, "seed_unet": unet, "tiny_vgg": vgg}))


if __name__ == "__main__":
    main()
