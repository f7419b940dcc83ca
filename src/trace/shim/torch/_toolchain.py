"""What is around tensors in PyTorch: functions with gradients of their own, downloads."""
from . import _recorder


class Context:
    """What `forward` of an autograd.Function keeps for `backward`."""

    saved_tensors = saved_variables = ()
    needs_input_grad = ()

    def save_for_backward(self, *tensors):
        self.saved_tensors = self.saved_variables = tensors

    save_for_forward = save_for_backward

    def mark_dirty(self, *_):
        pass

    mark_non_differentiable = set_materialize_grads = mark_dirty


class Function:
    """`forward` runs as any other code; `backward` never does, since gradients come from the graph."""

    @classmethod
    def apply(cls, *arguments, **keywords):
        _recorder.warn(
            "custom-gradient",
            f"{cls.__name__} has a backward of its own, which is not used: training takes the gradient of its forward.",
            "Where both are meant to be equal, as in memory-saving activations, nothing changes.",
        )
        context = Context()
        if "setup_context" in vars(cls):
            output = cls.forward(*arguments, **keywords)
            cls.setup_context(context, arguments, output)
            return output
        return cls.forward(context, *arguments, **keywords)


def cache_folder():
    return "/home/pyodide/.cache/torch"


def no_download(url="", *_, **__):
    raise _recorder.UnsupportedOp(
        "torch.hub", f"Nothing is downloaded while tracing: {url}" if url else "Nothing is downloaded while tracing.",
        "Build the model without pretrained weights, and choose a file as initial weights for training.",
    )  # fmt: skip
