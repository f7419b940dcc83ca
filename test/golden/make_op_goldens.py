"""Runs every example of the op registry in PyTorch and writes inputs, outputs and gradients.

    python3 test/golden/make_op_goldens.py      (needs node, for the examples)

writes test/golden/opGoldens.json, an array with one case a line (opGoldens.ts reads it):

    {"op", "attributes", "inputs": [TENSOR or null], "outputs": [TENSOR],
     "gradOutput": TENSOR, "gradInputs": [TENSOR or null]}      TENSOR = {"shape", "dtype", "values"}

`values` are row-major numbers (bool as 0 and 1), exact to float32. The last two keys stand where the op has a gradient
and its example's first output holds floats: `gradInputs` are the gradients of sum(outputs[0] * gradOutput).
dropout_mask has no counterpart in PyTorch and no case.
"""

import json
import subprocess
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
DTYPES = {"float32": torch.float32, "int64": torch.int64, "bool": torch.bool}


# Inputs: multiples of 1/16 that repeat after 64, so that ties and zeros occur.

def pattern(shape, salt):
    index = np.arange(int(np.prod(shape, dtype=np.int64)), dtype=np.int64)
    return torch.from_numpy(((index * 29 + salt * 13 + index // 64) % 64).reshape(shape).astype(np.float32))


def around_zero(shape, salt):
    return (pattern(shape, salt) - 32) / 16


def positive(shape, salt):
    return (pattern(shape, salt) + 1) / 16


def not_zero(shape, salt):
    return (pattern(shape, salt) - 31.5) / 16


def wide(factor):
    return lambda shape, salt: around_zero(shape, salt) * factor


def bits(shape, salt):
    return (pattern(shape, salt) % 3 == 0).float()


def only(value):
    return lambda shape, salt: torch.full(shape, value)


# op -> generator of all its float inputs, or of some by position.
GENERATORS = {
    "log": positive, "sqrt": positive, "rsqrt": positive, "pow_scalar": positive, "pow": {0: positive},
    "reciprocal": not_zero, "div": {1: not_zero},
    "relu6": wide(4), "relu6_backward": {1: wide(4)},
    "hardswish": wide(2), "hardswish_backward": {1: wide(2)},
    "hardsigmoid": wide(2), "hardsigmoid_backward": {1: wide(2)},
    "softplus": wide(12),
    "batch_norm": {4: positive},
    "lovasz_weights": {1: bits},
    "sgd_update": {3: only(0.0625)},
    "adamw_update": {3: positive, 4: only(0.0625), 5: only(3.0)},
}


def make_input(op, index, spec):
    if spec is None:
        return None
    if spec["dtype"] == "int64":
        return (pattern(spec["shape"], index) % 6 - 1).to(torch.int64)
    if spec["dtype"] == "bool":
        return pattern(spec["shape"], index) % 3 == 0
    chosen = GENERATORS.get(op, around_zero)
    if isinstance(chosen, dict):
        chosen = chosen.get(index, around_zero)
    return chosen(spec["shape"], index)


# References: (inputs, attributes) -> outputs.

def pull_back(forward):
    """Reference of a gradient op (grad_output, input) from that of the op itself."""
    def reference(inputs, attributes):
        grad_output, x = inputs
        x = x.clone().requires_grad_()
        return torch.autograd.grad(forward([x], attributes), x, grad_output)[0]
    return reference


def pull_back_linear(forward, shape_of):
    """The same for an op that is linear, whose gradient does not need the input but its shape."""
    def reference(inputs, attributes):
        x = torch.zeros(shape_of(attributes, inputs[0])).requires_grad_()
        return torch.autograd.grad(forward([x], attributes), x, inputs[0])[0]
    return reference


def simple(function):
    return lambda inputs, attributes: function(*inputs)


def with_attributes(function):
    return lambda inputs, attributes: function(*inputs, **attributes)


def comparison(function):
    return lambda inputs, attributes: function(inputs[0], attributes["value"])


def convolution(function):
    return lambda inputs, a: function(
        *inputs, **{key: a[key] for key in ("stride", "padding", "dilation", "groups", "output_padding") if key in a})


def pad(inputs, a):
    return F.pad(inputs[0], a["pad"], value=a["value"])


def take_slice(inputs, a):
    index = [slice(None)] * inputs[0].dim()
    index[a["dim"]] = slice(a["start"], a["end"], a["step"])
    return inputs[0][tuple(index)]


def max_pool(inputs, a):
    return F.max_pool2d(inputs[0], a["kernel_size"], a["stride"], a["padding"], a["dilation"], a["ceil_mode"])


def avg_pool(inputs, a):
    return F.avg_pool2d(inputs[0], a["kernel_size"], a["stride"], a["padding"], a["ceil_mode"],
                        a["count_include_pad"], a["divisor_override"])


def batch_norm(inputs, a):
    x, weight, bias, mean, var = inputs
    if not a["training"]:
        return F.batch_norm(x, mean, var, weight, bias, False, a["momentum"], a["eps"])
    new_mean, new_var = (None if tensor is None else tensor.clone() for tensor in (mean, var))
    y, save_mean, save_invstd = torch.native_batch_norm(
        x, weight, bias, new_mean, new_var, True, a["momentum"], a["eps"])
    if mean is None:
        new_mean = save_mean
        new_var = x.var([axis for axis in range(x.dim()) if axis != 1], unbiased=False)
    return y, save_mean, save_invstd, new_mean, new_var


def batch_norm_backward(inputs, a):
    grad_output, x, save_mean, save_invstd, weight = inputs
    return torch.ops.aten.native_batch_norm_backward(
        grad_output, x, weight, None, None, save_mean, save_invstd, True, a["eps"], [True, True, True])


def interpolate(inputs, a):
    picks = a["mode"].startswith("nearest")
    return F.interpolate(inputs[0], size=a["size"], mode=a["mode"],
                         align_corners=None if picks else a["align_corners"], antialias=a["antialias"])


def one_hot(inputs, a):
    classes = torch.arange(a["num_classes"]).reshape([-1] + [1] * (inputs[0].dim() - 1))
    return (inputs[0].unsqueeze(1) == classes).float()


def lovasz_weights(inputs, a):
    errors, truth = inputs
    rows = []
    for error, fg in zip(errors, truth):
        order = error.sort(descending=True, stable=True).indices
        fg = fg[order]
        left = fg.sum() - fg.cumsum(0)
        loss = 1 - left / (fg.sum() + (1 - fg).cumsum(0))
        loss[1:] = loss[1:] - loss[:-1].clone()
        rows.append(torch.zeros_like(error).scatter(0, order, loss))
    return torch.stack(rows)


def optimize(make_optimizer, param, grad, state):
    param = param.clone().requires_grad_()
    param.grad = grad.clone()
    optimizer = make_optimizer([param])
    optimizer.state[param] = {key: value.clone() for key, value in state.items()}
    optimizer.step()
    return param.detach(), optimizer.state[param]


def sgd_update(inputs, a):
    param, grad, buffer, lr = inputs
    param, state = optimize(lambda p: torch.optim.SGD(p, lr=lr.item(), **a), param, grad,
                            {} if buffer is None else {"momentum_buffer": buffer})
    return (param,) if buffer is None else (param, state["momentum_buffer"])


def adamw_update(inputs, a):
    param, grad, exp_avg, exp_avg_sq, lr, step = inputs
    make = lambda p: torch.optim.AdamW(p, lr=lr.item(), betas=(a["beta1"], a["beta2"]), eps=a["eps"],
                                       weight_decay=a["weight_decay"])
    param, state = optimize(make, param, grad, {"step": step - 1, "exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq})
    return param, state["exp_avg"], state["exp_avg_sq"]


ACTIVATIONS = {
    "relu": simple(F.relu),
    "relu6": simple(F.relu6),
    "silu": simple(F.silu),
    "hardswish": simple(F.hardswish),
    "hardsigmoid": simple(F.hardsigmoid),
    "leaky_relu": with_attributes(F.leaky_relu),
    "elu": with_attributes(F.elu),
    "gelu": with_attributes(F.gelu),
    "hardtanh": with_attributes(F.hardtanh),
}

REFERENCES = {
    **ACTIVATIONS,
    **{f"{name}_backward": pull_back(forward) for name, forward in ACTIVATIONS.items()},
    **{name: simple(getattr(torch, name)) for name in (
        "neg", "abs", "exp", "log", "sqrt", "rsqrt", "reciprocal", "square", "erf", "sin", "cos", "floor", "detach",
        "sigmoid", "tanh", "logical_not", "add", "sub", "mul", "div", "maximum", "minimum", "pow",
        "gt", "ge", "lt", "le", "eq", "ne", "where", "matmul")},
    **{f"{name}_scalar": comparison(getattr(torch, name)) for name in ("gt", "ge", "lt", "le", "eq", "ne")},
    "constant": lambda _, a: torch.tensor(a["values"], dtype=DTYPES[a["dtype"]]).reshape(a["shape"]),
    "full": lambda _, a: torch.full(a["shape"], a["value"], dtype=DTYPES[a["dtype"]]),
    "softplus": simple(F.softplus),
    "sigmoid_backward": simple(torch.ops.aten.sigmoid_backward),
    "tanh_backward": simple(torch.ops.aten.tanh_backward),
    "clamp": with_attributes(torch.clamp),
    "add_scalar": lambda x, a: x[0] + a["value"],
    "mul_scalar": lambda x, a: x[0] * a["value"],
    "pow_scalar": lambda x, a: x[0] ** a["exponent"],
    "to_dtype": lambda x, a: x[0].to(DTYPES[a["dtype"]]),
    "reshape": lambda x, a: x[0].reshape(a["shape"]),
    "permute": lambda x, a: x[0].permute(a["dims"]),
    "expand": lambda x, a: x[0].expand(a["shape"]),
    "flip": lambda x, a: x[0].flip(a["dims"]),
    "cat": lambda x, a: torch.cat(x, a["dim"]),
    "slice": take_slice,
    "slice_backward": pull_back_linear(take_slice, lambda a, g: a["input_shape"]),
    "pad": pad,
    "sum": with_attributes(torch.sum),
    "mean": with_attributes(torch.mean),
    "amax": with_attributes(torch.amax),
    "amin": with_attributes(torch.amin),
    "argmax": with_attributes(torch.argmax),
    "softmax": with_attributes(F.softmax),
    "log_softmax": with_attributes(F.log_softmax),
    "softmax_backward": lambda x, a: torch._softmax_backward_data(x[0], x[1], a["dim"], torch.float32),
    "log_softmax_backward": lambda x, a: torch._log_softmax_backward_data(x[0], x[1], a["dim"], torch.float32),
    "linear": simple(F.linear),
    "conv2d": convolution(F.conv2d),
    "conv_transpose2d": convolution(F.conv_transpose2d),
    "conv2d_weight_grad": lambda x, a: torch.nn.grad.conv2d_weight(
        x[0], [x[1].shape[1], x[0].shape[1] // a["groups"], *a["kernel_size"]], x[1],
        a["stride"], a["padding"], a["dilation"], a["groups"]),
    "max_pool2d": max_pool,
    "max_pool2d_backward": pull_back(max_pool),
    "avg_pool2d": avg_pool,
    "avg_pool2d_backward": pull_back_linear(avg_pool, lambda a, g: a["input_shape"]),
    "adaptive_avg_pool2d": with_attributes(F.adaptive_avg_pool2d),
    "adaptive_avg_pool2d_backward": lambda x, a: pull_back_linear(
        lambda y, _: F.adaptive_avg_pool2d(y[0], x[0].shape[2:]), lambda a, g: a["input_shape"])(x, a),
    "adaptive_max_pool2d": with_attributes(F.adaptive_max_pool2d),
    "adaptive_max_pool2d_backward": lambda x, a: pull_back(
        lambda y, _: F.adaptive_max_pool2d(y[0], x[0].shape[2:]))(x, a),
    "batch_norm": batch_norm,
    "batch_norm_backward": batch_norm_backward,
    "dropout": lambda x, a: F.dropout(x[0], a["p"], a["training"]),
    "interpolate": interpolate,
    "interpolate_backward": pull_back_linear(interpolate, lambda a, g: [*g.shape[:2], *a["input_size"]]),
    "one_hot": one_hot,
    "lovasz_weights": lovasz_weights,
    "sgd_update": sgd_update,
    "adamw_update": adamw_update,
}


def tensor_json(tensor):
    if tensor is None:
        return None
    assert tensor.dtype == torch.bool or tensor.isfinite().all()
    dtype = str(tensor.dtype).removeprefix("torch.")
    values = tensor.detach().flatten().tolist()
    # Nine significant digits hold a float32.
    exact = [float(f"{value:.9g}") for value in values]
    return {
        "shape": list(tensor.shape),
        "dtype": dtype,
        "values": [int(value) if value == int(value) else value for value in exact],
    }


def make_inputs(op, specs):
    inputs = [make_input(op, index, spec) for index, spec in enumerate(specs)]
    if op == "batch_norm_backward":
        # Mean and inverse deviation that the input really has.
        axes = [axis for axis in range(inputs[1].dim()) if axis != 1]
        inputs[2] = inputs[1].mean(axes)
        inputs[3] = (inputs[1].var(axes, unbiased=False) + 1e-5).rsqrt()
    return inputs


def as_tuple(outputs):
    return outputs if isinstance(outputs, tuple) else (outputs,)


def takes_gradient(op, index, tensor):
    running_statistics = op == "batch_norm" and index >= 3
    return tensor is not None and tensor.is_floating_point() and not running_statistics


def make_case(op, inputs, attributes, differentiable):
    inputs = make_inputs(op, inputs)
    reference = REFERENCES[op]
    outputs = as_tuple(reference(inputs, attributes))
    case = {
        "op": op,
        "attributes": attributes,
        "inputs": [tensor_json(tensor) for tensor in inputs],
        "outputs": [tensor_json(tensor) for tensor in outputs],
    }
    if differentiable and outputs[0].is_floating_point():
        leaves = [t.clone().requires_grad_() if takes_gradient(op, index, t) else t
                  for index, t in enumerate(inputs)]
        y = as_tuple(reference(leaves, attributes))[0]
        grad_output = around_zero(y.shape, 5)
        wanted = [t for t in leaves if t is not None and t.requires_grad]
        grads = iter(torch.autograd.grad(y, wanted, grad_output, allow_unused=True))
        grad_inputs = [next(grads) if t is not None and t.requires_grad else None for t in leaves]
        case["gradOutput"] = tensor_json(grad_output)
        case["gradInputs"] = [tensor_json(tensor) for tensor in grad_inputs]
    return case


def main():
    text = subprocess.run(["node", HERE / "printOpExamples.mjs"], capture_output=True, check=True, text=True).stdout
    examples = [example for example in json.loads(text) if example["op"] != "dropout_mask"]
    lines = [json.dumps(make_case(**example), separators=(",", ":")) for example in examples]
    (HERE / "opGoldens.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(lines)} cases of {len({example['op'] for example in examples})} ops")


if __name__ == "__main__":
    main()
