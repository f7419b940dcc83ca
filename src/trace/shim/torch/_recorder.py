"""The tape's Python side: every op goes to the op registry in TypeScript, which infers its type or refuses it."""
import json

from . import _frames


class UnsupportedOp(NotImplementedError):
    """The user's model needs something that CNN Lab has no op for."""

    code = "unsupported-op"

    def __init__(self, name, reason=None, hint=None):
        super().__init__(reason or f"{name} is not supported by CNN Lab yet.")
        self.name = name
        self.hint = hint


class ValueDependent(RuntimeError):
    """The user's code asks for a number that exists only at run time."""

    code = "value-dependent"

    def __init__(self, what, shape):
        super().__init__(
            f"{what} needs the values of a tensor of shape {list(shape)}, "
            "but while tracing only shapes are known."
        )
        self.hint = "Decide by shapes or constructor arguments, or use torch.where, which works on values."


class Draw:
    """One number-drawing or fill of a tensor's storage, in the order they ran.

    A copy has the fill {"kind": "copy", "of": Draw, "scale", "shift"}. With an `offset`, only as many elements as
    `shape` has are filled, from there on."""

    def __init__(self, source, shape, fill, offset=0):
        self.source = source
        self.shape = list(shape)
        self.fill = fill
        self.offset = offset

    @property
    def is_random(self):
        return self.fill["kind"] in RANDOM


RANDOM = {"uniform", "normal", "trunc_normal", "orthogonal", "sparse", "randperm", "randint"}


class Source:
    """Whose values a tensor made outside of a model call holds. Parameters and their `.data` share one."""

    derived = None  # (Draw, scale, shift): `torch.randn(…) * 0.02` before it becomes a parameter

    def __init__(self):
        self.draws = []  # the last fill of the whole, then those of parts


class Recording:
    """What one trace has gathered so far."""

    def __init__(self):
        self.draws = []
        self.constructions = []  # (module, args, kwargs, frame, instruction in it) of each module built
        self.call = None  # the root ModuleCall being recorded
        self.leaves = {}
        self.warnings = []
        self.node_count = 0
        self.told_frames = 0  # the other side of `ask` has these
        self.on_root_call = None
        self.on_interrupted_call = None
        self.before_root_call = None
        self.definitions = {}
        self.constructing = False

    @property
    def quiet(self):
        """Inside a call that is only looked at for its arguments: nobody asks what comes out of which line."""
        return self.call is not None and self.before_root_call is not None


_host = None
recording = Recording()
_encode = json.JSONEncoder(allow_nan=False, check_circular=False).encode
_decode = json.JSONDecoder().raw_decode


def connect(host):
    """`host(operation, payload)` is TypeScript's `Recorder.call`."""
    global _host
    _host = host


def reset(files):
    global recording
    recording = Recording()
    _frames.reset(files)


def current():
    return recording


def shape_mismatch(message):
    error = RuntimeError(message)
    error.code = "shape-mismatch"
    return error


def ask(operation, request):
    answer, _ = _decode(_host(operation, _encode(request)))
    if type(answer) is dict:
        if "error" in answer:
            raise shape_mismatch(answer["error"])
        if "fault" in answer:
            raise SystemError(f"CNN Lab's recorder failed: {answer['fault']}")
    return answer


def emit(op, inputs, attributes, located=True):
    """Value ids in; (id, shape, dtype name) of each output out. RuntimeError where the registry refuses."""
    frame = _frames.current_frame() if located and not recording.quiet else -1
    outputs = ask("emit", {"op": op, "inputs": inputs, "attributes": attributes, "frame": frame})
    recording.node_count += 1
    return outputs


def untold_frames():
    rows = _frames.rows_from(recording.told_frames)
    recording.told_frames += len(rows)
    return rows


def new_leaves(tensors):
    """Places on the tape for tensors that no op made."""
    indices = ask("leaves", [{"shape": list(t._shape), "dtype": t.dtype.name} for t in tensors])
    recording.leaves.update(zip(indices, tensors))
    return indices


def new_leaf(tensor):
    return new_leaves([tensor])[0]


def draw(source, shape, fill):
    step = Draw(source, shape, fill)
    recording.draws.append(step)
    source.draws = [step]
    return step


def draw_part(source, offset, shape, fill):
    step = Draw(source, shape, fill, offset)
    recording.draws.append(step)
    source.draws.append(step)


def copy_draws(source, copy):
    """`copy` takes the numbers that `source` holds by now. False where nothing ever filled it."""
    if source is None or not (source.draws or source.derived):
        return False
    if not source.draws:
        copy.derived = source.derived
    for step in list(source.draws):
        fill = {"kind": "copy", "of": step, "scale": 1.0, "shift": 0.0}
        if step is source.draws[0]:
            draw(copy, step.shape, fill)
        else:
            draw_part(copy, step.offset, step.shape, fill)
    return True


def warn(code, message, hint):
    """A warning at the user's line, once for each line."""
    index = _frames.current_frame()
    place = dict(_frames.frames[index]) if index >= 0 else None
    if place:
        place.pop("function"), place.pop("parent")
    entry = {"severity": "warning", "code": code, "message": message, "hint": hint, "place": place}
    if entry not in recording.warnings:
        recording.warnings.append(entry)
