"""Writes trace_states.json: what real PyTorch says of the fixture models. Run with a Python that has torch."""
import importlib.util
import json
import pathlib

import torch

HERE = pathlib.Path(__file__).parent
MODELS = [
    ("seed_unet.py", "UNET", {"in_channels": 1, "out_channels": 1}, [3, 1, 161, 161]),
    ("tiny_vgg.py", "TinyVGG", {}, [8, 1, 28, 28]),
    ("lenet.py", "LeNet", {}, [4, 1, 28, 28]),
]


def describe(file, name, args, shape):
    spec = importlib.util.spec_from_file_location("fixture", HERE / "models" / file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = getattr(module, name)(**args)
    calls = []
    for path, part in model.named_modules():
        part.register_forward_hook(lambda _m, _i, out, path=path: calls.append([path, list(out.shape)]))
    output = model(torch.rand(shape))
    return {
        "file": file,
        "name": name,
        "args": args,
        "input": shape,
        "output": list(output.shape),
        "parameters": sum(p.numel() for p in model.parameters()),
        "state": [[n, list(t.shape), str(t.dtype).removeprefix("torch.")] for n, t in model.state_dict().items()],
        "calls": sorted(calls),
    }


text = ",\n".join(json.dumps(describe(*model)) for model in MODELS)
(HERE / "trace_states.json").write_text(f"[\n{text}\n]\n")
