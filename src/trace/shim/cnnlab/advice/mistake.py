"""What is known where an error came out of a user's expression."""
import math

from torch import _frames, _recorder
from torch._calls import tensors_in

from ..modules import is_library


class Advice:
    """`hint`: what to do. `fixes`: edits that do it, the best first. `code`: instead of the general one."""

    def __init__(self, hint, fixes=(), code=None):
        self.hint, self.code = hint, code
        self.fixes = [fix for fix in fixes if fix is not None]


class Mistake:
    def __init__(self, error, place):
        self.error, self.place = error, place
        self.module = getattr(error, "module", None)
        self.caller = self.callee = self.raiser = None
        trace = error.__traceback__
        while trace is not None:
            frame = trace.tb_frame
            if frame.f_code.co_filename.startswith(_frames.WORKSPACE):
                self.caller, self.callee = frame, None
            elif self.callee is None:
                self.callee = frame
            self.raiser = frame
            trace = trace.tb_next

    @property
    def layer(self):
        """The class name of the layer of torch.nn that the error came out of, or ''."""
        return type(self.module).__name__ if self.module is not None and is_library(type(self.module)) else ""

    @property
    def arguments(self):
        """What the layer was called with, else what the function was that the user's expression calls."""
        if self.layer:
            return list(self.error.module_arguments)
        if self.callee is None:
            return []
        code = self.callee.f_code
        names = code.co_varnames[: code.co_argcount + bool(code.co_flags & 4)]  # with *args
        return [self.callee.f_locals[name] for name in names if name in self.callee.f_locals]

    @property
    def tensors(self):
        return list(tensors_in(self.arguments))

    def local(self, name):
        """A variable of the function that raised the error."""
        return self.raiser.f_locals.get(name) if self.raiser is not None else None

    def construction(self, module=None):
        """(code, instruction) of the user's expression that built the layer; None where a library did."""
        module = self.module if module is None else module
        for built, _, _, frame, instruction in _recorder.current().constructions:
            if built is module and frame.f_code.co_filename.startswith(_frames.WORKSPACE):
                return frame.f_code, instruction
        return None

    def builder(self):
        """The frame of the function that built the layer, as it was left."""
        return next(
            frame for built, _, _, frame, _ in _recorder.current().constructions if built is self.module
        )

    def twins(self):
        """How many modules of the model the same expression built."""
        root = getattr(self.error, "root_call", None)
        parts = set(map(id, root.module.modules())) if root else set()
        wanted = self.construction()
        return sum(
            id(built) in parts and (frame.f_code, instruction) == wanted
            for built, _, _, frame, instruction in _recorder.current().constructions
        )

    def history(self, tensor):
        """The nodes that a tensor depends on, in the order they ran."""
        if tensor._id is None:
            return []
        return _recorder.ask("ancestors", {"value": tensor._id})


def product_text(shape):
    return "×".join(map(str, shape)) or "a single number"


def element_count(shape):
    return math.prod(shape)


def divisors(number):
    return [candidate for candidate in range(1, number + 1) if number % candidate == 0]


def listed(values, word="or", most=8):
    """`1, 2 or 4`; of many the first."""
    texts = [str(value) for value in values[:most]]
    if len(values) > most:
        return f"{', '.join(texts)}, …"
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}" if len(texts) > 1 else texts[0]
