"""Writes torch_generator.json: what torch's CPU generator draws after torch.manual_seed, for a handful of calls in a row.

Run with a Python that has torch: python3 test/golden/torch_generator.py
"""
import json
import pathlib

import torch

document = []


def record(seed, calls):
    torch.manual_seed(seed)
    draws = []
    for name, count, *bounds in calls:
        if name == "randperm":
            values = torch.randperm(count).tolist()
        else:
            values = getattr(torch.empty(count), name + "_")(*bounds).tolist()
        digest = sum((i % 97 + 1) * v for i, v in enumerate(values))
        kept = values if count <= 40 else values[:8] + values[-20:]
        draws.append({"call": name, "count": count, "bounds": bounds, "kept": kept, "weightedSum": digest})
    document.append({"seed": seed, "draws": draws})


record(0, [("uniform", 10, 0.0, 1.0), ("uniform", 700, -0.05, 0.05), ("uniform", 5, -1 / 3, 1 / 3)])
record(42, [("normal", 1, 0.0, 1.0), ("normal", 15, 1.0, 0.02), ("normal", 16, 0.0, 1.0), ("normal", 3, 0.0, 1.0)])
record(7, [("normal", 37, 0.5, 2.0), ("normal", 2, 0.0, 1.0), ("uniform", 3, 0.0, 1.0), ("normal", 1000, 0.0, 0.01)])
record(2**31 + 5, [("randperm", 1), ("randperm", 2), ("randperm", 30), ("randperm", 1500), ("uniform", 4, 0.0, 1.0)])
record(2**40 + 3, [("uniform", 4, 0.0, 1.0)])

model_seed = 3
torch.manual_seed(model_seed)
convolution = torch.nn.Conv2d(3, 4, 3)
linear = torch.nn.Linear(7, 5)
model = {
    "seed": model_seed,
    "state": [
        {"name": f"{module}.{name}", "shape": list(value.shape), "values": value.reshape(-1).tolist()}
        for module, layer in (("conv", convolution), ("fc", linear))
        for name, value in layer.state_dict().items()
    ],
}

target = pathlib.Path(__file__).with_name("torch_generator.json")
target.write_text(json.dumps({"draws": document, "model": model}).replace("}, {", "},\n {") + "\n")
