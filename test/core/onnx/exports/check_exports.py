"""Shows our files to real PyTorch and to ONNX's own checker (see writeExports.ts).

    python3 test/core/onnx/exports/check_exports.py FOLDER

Fails unless every .onnx passes onnx.checker with full type and shape inference, every .safetensors loads with
load_state_dict(strict=True), and the loaded model's outputs are those that we computed, within 1e-4.
"""

import importlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
import onnx
import torch

sys.path.insert(0, str(Path(__file__).parents[3] / "golden" / "models"))
DTYPES = {"F32": np.float32, "I64": np.int64}


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[start:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors


def check_model(folder, name):
    expected = json.loads((folder / f"{name}.json").read_text())
    model = getattr(importlib.import_module(name), expected["class"])(**expected["args"])
    model.load_state_dict(read_safetensors(folder / f"{name}.safetensors"), strict=True)
    image, ours = (
        torch.tensor(expected[key]["values"]).reshape(expected[key]["shape"]) for key in ("input", "output")
    )
    with torch.no_grad():
        error = (model.eval()(image) - ours).abs().max().item()
    print(f"{name}: loaded, outputs differ by at most {error:.1e}")
    assert error <= 1e-4, name


def main():
    folder = Path(sys.argv[1])
    files = sorted(folder.rglob("*.onnx"))
    for path in files:
        model = onnx.load(str(path))
        onnx.checker.check_model(model, full_check=True)
    print(f"{len(files)} ONNX files pass the checker")
    for path in sorted(folder.glob("*.safetensors")):
        check_model(folder, path.stem)


if __name__ == "__main__":
    main()
