"""Prints the public names of the installed PyTorch, namespace by namespace: `names.txt` is its output."""
import torch
import torch.nn.functional

LATER = {
    "torch": "vmap compile cond export asarray concatenate sym_int mps xpu func",
    "torch.nn": "RMSNorm CircularPad1d CircularPad2d CircularPad3d ZeroPad1d ZeroPad3d attention Buffer",
    "torch.nn.functional": "rms_norm scaled_dot_product_attention",
    "torch.Tensor": "mH module_load to_padded_tensor",
}
for name, namespace in (
    ("torch", torch),
    ("torch.nn", torch.nn),
    ("torch.nn.functional", torch.nn.functional),
    ("torch.nn.init", torch.nn.init),
    ("torch.Tensor", torch.Tensor),
):
    names = {n for n in dir(namespace) if not n.startswith("_")} | set(LATER.get(name, "").split())
    print(f"{name}: {' '.join(sorted(names))}")
