"""Writes resizeTaps.json: the matrix of PyTorch's interpolate along one axis, for sizes that have caught mistakes.

Run with a Python that has PyTorch 1.13: python3 test/golden/makeResizeTaps.py
"""
import itertools
import json
import pathlib

import torch
import torch.nn.functional as F

SIZES = [(5, 8), (8, 5), (4, 8), (7, 3), (1, 4), (4, 1), (21, 20), (6, 6), (13, 2), (2, 9)]


def matrix(in_size, out_size, **kwargs):
    """Rows are outputs, columns inputs: one image per unit vector, a second axis that stays as it is."""
    images = torch.eye(in_size).reshape(in_size, 1, in_size, 1).expand(in_size, 1, in_size, 2).contiguous()
    return F.interpolate(images, size=(out_size, 2), **kwargs)[:, 0, :, 0].t()


cases = []
for in_size, out_size in SIZES:
    for mode in ["nearest", "nearest-exact", "bilinear", "bicubic"]:
        interpolating = not mode.startswith("nearest")
        for align, antialias in itertools.product([False, True], repeat=2) if interpolating else [(False, False)]:
            kwargs = dict(align_corners=align, antialias=antialias) if interpolating else {}
            rows = matrix(in_size, out_size, mode=mode, **kwargs)
            cases.append({
                "inSize": in_size, "outSize": out_size, "mode": mode, "alignCorners": align, "antialias": antialias,
                "matrix": [[float(f"{value:.7g}") for value in row] for row in rows.tolist()],
            })
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
pathlib.Path(__file__).with_name("resizeTaps.json").write_text(f"[\n{lines}\n]\n")
