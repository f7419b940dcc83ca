"""Trains the two models of make_curves.py in PyTorch on images as a data set on disk has them: 8 bits, read in order.

    python3 test/golden/make_cli_training.py

writes test/golden/cli_training.json: {MODEL: {"samples", "batchSize", "optimizer", "losses": [20 numbers]}}.
Both start from test/golden/curves/MODEL.safetensors (run make_curves.py before this). Sample k of `samples` is that
of make_curves.py, but as bytes: image = 128 marked + noise, read as image / 255. An epoch goes through the samples
in the order of their paths (one folder a class, and in it by k), its last batch smaller where they do not divide; the epochs go on until 20 steps are done.
"""

import importlib
import json

import numpy as np
import torch

import make_curves
from make_curves import HERE, MODELS, STEPS, number, settings

SAMPLES = {"seed_unet": 10, "tiny_vgg": 20}
# Gentle enough for TinyVGG: under a faster AdamW, PyTorch's own float32 and float64 part by 3e-3 within 20 steps.
OPTIMIZERS = {"seed_unet": settings("adamw", 0.001, 0, 0.01), "tiny_vgg": settings("sgd", 0.05, 0.9, 0)}


def bytes_of(name, k):
    image, target = MODELS[name]["sample"](k)
    return np.rint(image * 256).astype(np.uint8), target


def initial_weights(name):
    """safetensors without its library: a length, a JSON header, the data."""
    content = (HERE / "curves" / f"{name}.safetensors").read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    dtypes = {"F32": np.float32, "I64": np.int64}
    state = {}
    for key, entry in json.loads(content[8:start]).items():
        first, end = entry["data_offsets"]
        values = np.frombuffer(content[start + first:start + end], dtypes[entry["dtype"]])
        state[key] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return state


def in_order(name):
    samples = [bytes_of(name, k) for k in range(SAMPLES[name])]
    return sorted(samples, key=lambda sample: int(sample[1])) if MODELS[name]["task"] == "classification" else samples


def train(name, dtype):
    spec = MODELS[name]
    ordered = in_order(name)
    model = getattr(importlib.import_module(name), spec["class"])(**spec["args"])
    model.load_state_dict(initial_weights(name), strict=True)
    model = model.to(dtype)
    optimizer = make_curves.make_optimizer(OPTIMIZERS[name], model.parameters())
    losses = []
    while True:
        for first in range(0, SAMPLES[name], spec["batchSize"]):
            images, targets = zip(*ordered[first:first + spec["batchSize"]])
            images = torch.from_numpy(np.stack(images).astype(np.float32) / np.float32(255)).to(dtype)
            targets = torch.from_numpy(np.stack(targets))
            if targets.is_floating_point():
                targets = targets.to(dtype)
            loss = spec["criterion"](model(images), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if len(losses) == STEPS:
                return losses


def main():
    golden = {}
    for name, spec in MODELS.items():
        losses, exact = train(name, torch.float32), train(name, torch.float64)
        drift = max(abs(a / b - 1) for a, b in zip(losses, exact))
        print(f"{name}: {losses[0]:.4f} to {losses[-1]:.4f}; against float64 {drift:.1e}")
        golden[name] = {
            "samples": SAMPLES[name],
            "batchSize": spec["batchSize"],
            "optimizer": OPTIMIZERS[name],
            "losses": [number(loss) for loss in losses],
        }
    (HERE / "cli_training.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
