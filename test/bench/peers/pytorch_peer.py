"""The work of the comparison in PyTorch, on the processor.

    python3 test/bench/peers/pytorch_peer.py NET WORK.json STEPS THREADS

WORK.json holds {"parameters": {name: {shape, values}}, "input": …, "target": …}. Prints {"version", "milliseconds",
"losses"}: the losses of the first steps, which warm caches up, and the milliseconds of each later one.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[2] / "golden" / "models"))
sys.dont_write_bytecode = True
from seed_unet import UNET  # noqa: E402
from tiny_vgg import TinyVGG  # noqa: E402

WARM_UP = 8


def main():
    net, path, steps, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    work = json.loads(Path(path).read_text())

    def tensor(entry):
        return torch.tensor(entry["values"], dtype=torch.float32).reshape(entry["shape"])

    model = UNET(1, 1, [16, 32]) if net == "unet" else TinyVGG(1, 10, 10)
    model.load_state_dict({name: tensor(entry) for name, entry in work["parameters"].items()}, strict=False)
    inputs, target = tensor(work["input"]), tensor(work["target"])
    criterion = nn.BCEWithLogitsLoss() if net == "unet" else nn.CrossEntropyLoss()
    if net == "vgg":
        target = target.long()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-8)
    losses, milliseconds = [], []
    for _ in range(WARM_UP + steps):
        start = time.perf_counter()
        loss = criterion(model(inputs), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        milliseconds.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"version": torch.__version__, "milliseconds": milliseconds[WARM_UP:], "losses": losses[:WARM_UP]}))


if __name__ == "__main__":
    main()
