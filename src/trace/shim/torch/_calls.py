"""Records calls of modules. The outermost one is a root call: what happens inside of it becomes a graph."""
import copy
import re
import sys

from . import _frames, _recorder
from ._tensor import Tensor, value_id


class Distinct:
    """A list of values without repetitions, named by their places in it."""

    def __init__(self):
        self.values = []
        self.numbers = {}

    def number(self, key, value, describe):
        number = self.numbers.get(key)
        if number is None:
            number = self.numbers[key] = self.add(describe(value))
        return number

    def add(self, described):
        self.values.append(described)
        return len(self.values) - 1


class RootCall:
    """A model call being recorded: which leaf is which input or state entry."""

    def __init__(self, module, arguments, keywords):
        self.module = module
        self.mode = "train" if module.training else "eval"
        self.paths = {}
        for path, part in module.named_modules():
            self.paths.setdefault(id(part), path)
        self.state = {}
        for name, tensor in module.state_dict(keep_vars=True).items():
            if isinstance(tensor, Tensor):
                self.state.setdefault(id(tensor), (name, tensor))
        self.buffers = [(part._buffers, dict(part._buffers)) for part in module.modules()]
        self.saved = [(tensor, tensor._id, tensor._constant) for _, tensor in self.state.values()]
        leaves = _recorder.new_leaves([tensor for _, tensor in self.state.values()])
        self.leaves = dict(zip(self.state, leaves))
        for key, (_, tensor) in self.state.items():
            tensor._id = self.leaves[key]
            tensor._storage = None
            if tensor.dtype.category == 2:
                tensor._constant = None  # what is loaded later must count, not what it is now
        self.inputs = []
        fresh = {}
        self.arguments = replace_tensors(arguments, self.inputs, fresh)
        self.keywords = replace_tensors(keywords, self.inputs, fresh)
        self.input_ids = _recorder.new_leaves(self.inputs)  # kept: an input may be changed in place
        for tensor, index in zip(self.inputs, self.input_ids):
            tensor._id = index
        self.first_node = _recorder.current().node_count
        self.calls = []
        self.trees = Distinct()
        self.definitions = Distinct()
        self.counters = []
        self.stack = []

    def finish(self, output):
        """The extraction request for TypeScript. Python's objects are left as they were found."""
        outputs = [
            {"name": f"output{i}", "value": value_id(tensor)} for i, tensor in enumerate(tensors_in(output))
        ]
        self.end_node = _recorder.current().node_count
        return {**self.request(outputs, self.updates()), "output": self.tree(output)}

    def request(self, outputs, updates):
        state = [[name, self.leaves[key]] for key, (name, _) in self.state.items()]
        return {
            "mode": self.mode,
            "firstNode": self.first_node,
            "endNode": self.end_node,
            "inputs": self.input_ids,
            "state": state,
            "outputs": outputs,
            "updates": updates,
            "counters": self.counters,
            "frames": _recorder.untold_frames(),
            "calls": self.calls,
            "trees": self.trees.values,
            "definitions": self.definitions.values,
        }

    def tree(self, value):
        """The number of a value's type tree."""
        if isinstance(value, Tensor):
            return self.trees.number((value._shape, value.dtype.name), value, type_tree)
        if value is None:
            return self.trees.number(None, value, type_tree)
        return self.trees.add(type_tree(value))

    def interrupted(self, error):
        """The extraction request for what ran before an error: it has no output, and calls without one."""
        self.end_node = _recorder.current().node_count
        return {**self.request([], []), "output": self.tree(None), "unfinished": _frames.unfinished_frames(error.__traceback__)}

    def updates(self):
        changed = [
            {"name": name, "value": value_id(tensor)}
            for key, (name, tensor) in self.state.items()
            if tensor._id is not None and value_id(tensor) != self.leaves[key]
        ]
        # A buffer that was replaced by another tensor: `self.mean = 0.9 * self.mean + …`
        for present, before in self.buffers:
            for key, old in before.items():
                new = present.get(key)
                if isinstance(new, Tensor) and new is not old and id(old) in self.state:
                    name = self.state[id(old)][0]
                    changed = [update for update in changed if update["name"] != name]
                    changed.append({"name": name, "value": value_id(new)})
        return changed

    def restore(self):
        for tensor, id, constant in self.saved:
            tensor._id, tensor._constant = id, constant
            tensor._storage = None
        for present, before in self.buffers:
            present.clear()
            present.update(before)


def run(module, arguments, keywords):
    # A class that does not call Module.__init__ has no hooks; its first attribute has told so already.
    if module.__dict__.get("_forward_hooks") or module.__dict__.get("_forward_pre_hooks"):
        return module._hooked_forward(arguments, keywords)
    return module.forward(*arguments, **keywords)


def call_module(module, arguments, keywords):
    recording = _recorder.current()
    root = recording.call
    if root is not None:
        if recording.quiet:
            return run(module, arguments, keywords)
        return call_inside(root, module, arguments, keywords)
    if recording.before_root_call:
        recording.before_root_call(module, arguments, keywords, module.training)
    root = recording.call = RootCall(module, arguments, keywords)
    try:
        if recording.quiet:
            output = run(module, root.arguments, root.keywords)
        else:
            output = call_inside(root, module, root.arguments, root.keywords, is_root=True)
            request = root.finish(output)
    except BaseException as error:
        if recording.on_interrupted_call:
            recording.on_interrupted_call(root, error)
        raise
    finally:
        root.restore()
        recording.call = None
    if recording.on_root_call:
        recording.on_root_call(root, request)
    return unknown_values(output)


def call_inside(root, module, arguments, keywords, is_root=False):
    frame = _frames.current_frame()
    path = root.paths.get(id(module), "?")
    cls = type(module)
    # A row of `CallRow` in recordedCall.ts.
    row = [
        path,
        cls.__name__,
        -1 if is_root else frame,
        [root.tree(value) for value in (*arguments, *keywords.values())],
        root.tree(None),
        _recorder.current().node_count,
        0,
        root.definitions.number(cls, cls, class_definition),
    ]
    root.calls.append(row)
    _frames.enter(sys._getframe(), frame)
    try:
        output = run(module, arguments, keywords)
    except BaseException as error:
        row[6] = _recorder.current().node_count
        if not hasattr(error, "module_path"):
            try:
                error.module_path, error.module_class = path, cls.__name__
                error.module, error.module_arguments, error.root_call = module, arguments, root
            except AttributeError:
                pass
        raise
    finally:
        _frames.leave()
    row[4] = root.tree(output)
    row[6] = _recorder.current().node_count
    return output


def count(tensor):
    """`num_batches_tracked += 1`, which the trainer does."""
    root = _recorder.current().call
    entry = root and root.state.get(id(tensor))
    if entry and entry[0] not in root.counters:
        root.counters.append(entry[0])


def replace_tensors(value, found, fresh):
    """The same structure with new unknown tensors, gathered depth first in `found`."""
    if isinstance(value, Tensor):
        if id(value) not in fresh:
            fresh[id(value)] = Tensor(value._shape, value.dtype)
            found.append(fresh[id(value)])
        return fresh[id(value)]
    if type(value) is dict:
        return {key: replace_tensors(entry, found, fresh) for key, entry in value.items()}
    if isinstance(value, dict):
        same = copy.copy(value)  # an OrderedDict, or a class whose entries are attributes too
        for key, entry in value.items():
            same[key] = replace_tensors(entry, found, fresh)
        return same
    if is_record(value):
        same = copy.copy(value)
        for key, entry in fields_of(value).items():
            object.__setattr__(same, key, replace_tensors(entry, found, fresh))  # it may be frozen
        return same
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(replace_tensors(entry, found, fresh) for entry in value))
    if type(value) in (list, tuple):
        return type(value)(replace_tensors(entry, found, fresh) for entry in value)
    return value


def unknown_values(output):
    """What test code gets: the recorded tensors themselves would tie later ops to the finished graph."""
    return replace_tensors(output, [], {})


def tensors_in(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from tensors_in(entry)
    elif is_record(value):
        yield from tensors_in(fields_of(value))
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from tensors_in(entry)


def is_record(value):
    """An instance of a dataclass."""
    return hasattr(type(value), "__dataclass_fields__")


def fields_of(record):
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__ if hasattr(record, name)}


def type_tree(value):
    if isinstance(value, Tensor):
        return {"shape": list(value._shape), "dtype": value.dtype.name}
    if isinstance(value, dict):
        return {"dict": {str(key): type_tree(entry) for key, entry in value.items()}}
    if isinstance(value, tuple):
        return {"tuple": [type_tree(entry) for entry in value]}
    if isinstance(value, list):
        return {"list": [type_tree(entry) for entry in value]}
    if is_record(value):
        return type_tree(fields_of(value))
    return None


def class_definition(cls):
    """Where `class Name` stands, for classes of the workspace."""
    known = _recorder.current().definitions
    if cls not in known:
        known[cls] = find_definition(cls)
    return known[cls]


def find_definition(cls):
    module = sys.modules.get(cls.__module__)
    path = getattr(module, "__file__", None) or ""
    line = cls.__dict__.get("__firstlineno__")
    if not path.startswith(_frames.WORKSPACE) or line is None:
        return None
    file = path[len(_frames.WORKSPACE) :]
    pattern = re.compile(rf"(\s*)class\s+{re.escape(cls.__name__)}\b")
    for number in range(line, line + 50):
        match = pattern.match(_frames.source_line(file, number))
        if match:
            start, end = len(match[1]), match.end()
            return {"file": file, "line": number, "column": start, "endLine": number, "endColumn": end}
    return {"file": file, "line": line, "column": 0, "endLine": line, "endColumn": 0}


