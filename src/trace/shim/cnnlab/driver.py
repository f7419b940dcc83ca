"""One trace: a request as JSON in, candidates, models and diagnostics as JSON out."""
import ast
import difflib
import gc
import importlib.util
import inspect
import json
import random
import sys
import time

import einops.layers.torch  # noqa: F401  (part of the snapshot, as are:)
import numpy  # noqa: F401
import torchvision.models  # noqa: F401
import torchvision.ops  # noqa: F401
import torchvision.transforms.functional  # noqa: F401
from torch import _frames, _recorder, nn
from torch._calls import replace_tensors
from torch._dtypes import BY_NAME
from torch._missing import pytorch_names
from torch._tensor import Tensor

from . import isolation, library, workspace_files
from .advice.edits import apply_edits
from .candidates import Candidate, candidates_at, comment_inputs, expression_range, find_candidates, header_range
from .diagnostics import FILE_START, diagnostic, from_exception
from .examples import Example, assign_examples, run_test_code, start_observing
from .importer import WorkspaceFinder
from .initialisation import init_steps, state_entries
from .modules import module_entries
from .plain_containers import plain_containers
from .stub import Stub

# Fixes tried out in one trace, each of which is a trace of its own.
TRIALS = 3
# Seconds that the trace itself may have taken, for more to fit into the time allowed.
LONGEST_TRIAL = 0.3

# Ops: what is kept for hints must not make an error slow to tell.
INTERRUPTED_LIMIT = 10_000


def prepare():
    """Before the memory snapshot is made: reads what is on disk, and notes what a clean Python looks like."""
    pytorch_names()
    _recorder.reset({})
    isolation.remember()
    # What is here stays: no collection need look at it again.
    gc.collect()
    gc.freeze()


def trace(request_text):
    request = json.loads(request_text)
    files = {path: text.removeprefix("\ufeff") for path, text in request["files"].items()}
    start = time.monotonic()
    answer = run(files, request["entry"], request.get("target"))
    is_quick = time.monotonic() - start < LONGEST_TRIAL
    prove_fixes(answer, files, request, TRIALS if is_quick and request.get("fixes") != "certain" else 0)
    _recorder.reset({})
    return json.dumps(answer)


def run(files, entry, target):
    _recorder.reset(files)
    random.seed(0)
    session = Session(files, entry)
    library.environment.wanted.clear()
    isolation.enter(session.finder)
    try:
        workspace_files.show(files)
        session.run(target)
    except BaseException as error:
        session.report(error)
    finally:
        recycle = isolation.leave()
        workspace_files.leave()
    wanted = library.environment.wanted
    answer = {"wanted": wanted} if wanted else session.answer()
    answer["recycle"] = recycle
    return answer


def prove_fixes(answer, files, request, tries):
    """Leaves the fixes that mend: those that are not certain by how they were found are tried out."""
    for found in answer.get("diagnostics", []):
        kept = []
        for fix in found.pop("fixes", []):
            proven, alone = fix.pop("proven"), fix.pop("alone")
            if not proven and tries > 0:
                tries -= 1
                _recorder.ask("restart", {})
                after = run(apply_edits(files, fix["edits"]), request["entry"], request.get("target"))
                answer["recycle"] = answer["recycle"] or after["recycle"]
                errors = [other for other in after.get("diagnostics", [found]) if other["severity"] == "error"]
                proven = not any(alone or is_same(found, other) for other in errors)
            if proven:
                kept.append(fix)
        if kept:
            found["fixes"] = kept


def is_same(found, other):
    """Whether an error is still there after an edit; one further down its own way is another."""
    return other["code"] in ("timeout", "memory-limit") or (other["code"], other["file"]) == (found["code"], found["file"]) and (
        other["message"] == found["message"] or abs(other["line"] - found["line"]) <= 1
    )  # fmt: skip


def serve_library(request_text):
    """What the outside gives of a Python environment; the answer names modules whose sources are wanted still."""
    request = json.loads(request_text)
    if "offer" in request:
        library.offer(**request["offer"])
        isolation.remember()
    if "sources" in request:
        library.add_sources(request["sources"])
    if "load" in request:
        isolation.enter()
        try:
            library.load(request["load"])
        finally:
            isolation.keep()
            _recorder.reset({})
    return json.dumps({"wanted": library.environment.wanted, "failures": library.environment.failures})


class Session:
    def __init__(self, files, entry):
        self.files, self.entry = files, entry
        self.finder = WorkspaceFinder(files, entry)
        self.start = {"file": entry, **FILE_START}
        self.module = None
        self.draws_of_execution = 0  # how many there were when the file's own statements had run
        self.candidates = []
        self.models = []
        self.interrupted = []
        self.diagnostics = []
        self.containers = []

    def report(self, error, fallback=None):
        entry = from_exception(error, fallback or self.start)
        if entry not in self.diagnostics:
            self.diagnostics.append(entry)
        if hasattr(error, "interrupted"):
            self.interrupted.append(error.interrupted)

    def answer(self):
        for warning in _recorder.current().warnings:
            place = warning.pop("place") or self.start
            self.diagnostics.append({**warning, **place})
        return {
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "models": self.models,
            "interrupted": self.interrupted,
            "diagnostics": self.diagnostics,
        }

    def run(self, target):
        if self.entry not in self.files:
            self.diagnostics.append(diagnostic("no-such-file", f"There is no file {self.entry}.", self.start))
            return
        source = self.files[self.entry]
        try:
            tree = ast.parse(source, _frames.WORKSPACE + self.entry)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self.report(error)
            return
        wants_examples = target is None or not target["runs"]
        calls = start_observing()
        complete = self.execute()
        self.draws_of_execution = len(_recorder.current().draws)
        self.candidates = find_candidates(tree, self.module, self.entry)
        if not complete:
            return
        if wants_examples:
            self.find_examples(tree, source, calls)
        _recorder.current().before_root_call = None
        if target is None:
            for candidate in self.candidates:
                if candidate.example is not None:
                    self.trace_example(candidate, candidate.example, ("train",))
        else:
            self.trace_target(target)

    def execute(self):
        """Imports the entry as `import` would; False where it raised."""
        spec = None
        try:
            parents = self.finder.name.split(".")[:-1]
            for depth in range(1, len(parents) + 1):
                __import__(".".join(parents[:depth]))
        except BaseException as error:
            self.report(error)
        if self.entry.endswith("/__init__.py") and self.finder.name in sys.modules:
            self.module = sys.modules[self.finder.name]
            return True
        spec = self.finder.spec(self.finder.name, self.entry, self.package_folder())
        self.module = importlib.util.module_from_spec(spec)
        sys.modules[self.finder.name] = self.module
        try:
            spec.loader.exec_module(self.module)
            return True
        except BaseException as error:
            self.report(error)
            return False

    def package_folder(self):
        return self.entry.rpartition("/")[0] if self.entry.endswith("/__init__.py") else None

    def find_examples(self, tree, source, calls):
        run_test_code(tree, self.module, self.entry, self.report_test_code)
        assign_examples(self.candidates, calls)
        for line, shapes in comment_inputs(source):
            inputs = [Tensor(shape) for shape in shapes]
            for candidate in candidates_at(line, self.candidates):
                arguments = candidate.example.arguments if candidate.example else {}
                candidate.example = Example(arguments, inputs, {}, True, "comment")

    def report_test_code(self, error):
        """Test code may need data or a GPU: only what says something about the model is passed on."""
        if isinstance(error, (AssertionError, KeyboardInterrupt, MemoryError)):
            entry = {**from_exception(error, self.start), "severity": "warning"}
            if isinstance(error, AssertionError):
                entry["code"] = "example-failed"
                entry["hint"] = "This is what the file's own test code says."
            self.diagnostics.append(entry)

    def trace_example(self, candidate, example, modes):
        def call(model):
            fresh = {}
            model(
                *replace_tensors(example.call_arguments, [], fresh),
                **replace_tensors(example.call_keywords, [], fresh),
            )

        try:
            self.trace_model(candidate, example.arguments, [(mode, call) for mode in modes])
        except BaseException as error:
            if example.training or modes == ("eval",):
                self.report(error, candidate.range)
            else:
                self.trace_example(candidate, example, ("eval",))

    def trace_target(self, target):
        candidate = next((c for c in self.candidates if c.name == target["name"]), None)
        if candidate is None:
            candidate = self.builder(target["name"])
        if candidate is None:
            return
        if not target["runs"]:
            if candidate.example is None:
                self.diagnostics.append(
                    diagnostic(
                        "no-example-input", f"No input shape is known for {candidate.name}.", candidate.range,
                        "Add a comment such as `# cnnlab: input=(1, 3, 224, 224)`, or a test function that calls it.",
                    )  # fmt: skip
                )
                return
            example = candidate.example
            arguments = {**example.arguments, **target["args"]}
            self.trace_example(candidate, Example(arguments, example.call_arguments, example.call_keywords, True),
                               ("train", "eval"))  # fmt: skip
            return
        runs = []
        for run in target["runs"]:
            tensors = [Tensor(i["shape"], BY_NAME[i["dtype"]]) for i in run["inputs"]]
            runs.append((run["mode"], lambda model, tensors=tensors: model(*tensors)))
        try:
            self.trace_model(candidate, target["args"], runs)
        except BaseException as error:
            self.report(error, candidate.range)

    def builder(self, name):
        """A name that is no candidate: a function that turns out to return a Module, or an error."""
        value = vars(self.module).get(name)
        tree = ast.parse(self.files[self.entry])
        node = next((n for n in ast.walk(tree) if isinstance(n, (ast.ClassDef, ast.FunctionDef)) and n.name == name), None)
        if node is not None and inspect.isfunction(value):
            return Candidate(name, "function", node, value, self.entry)
        names = [candidate.name for candidate in self.candidates]
        offer = f"This file has {', '.join(names)}." if names else "This file defines no nn.Module."
        if value is None:
            by_lower = {candidate.lower(): candidate for candidate in names}
            nearest = difflib.get_close_matches(name.lower(), by_lower, 1)
            hint = f"Did you mean {by_lower[nearest[0]]}? {offer}" if nearest else offer
            found = diagnostic("unknown-model", f"{self.entry} does not define {name}.", self.start, hint)
        else:
            place = header_range(node, self.entry) if node is not None else self.start
            what = "a class that is not a torch.nn.Module" if isinstance(value, type) else f"a {type(value).__name__}"
            message = f"{name} is {what}: it cannot be trained."
            found = diagnostic("not-a-module", message, place, f"Derive it from nn.Module. {offer}")
        self.diagnostics.append(found)
        return None

    def trace_model(self, candidate, arguments, runs):
        recording = _recorder.current()
        first_draw = len(recording.draws)
        model = self.construct(candidate, arguments)
        if model is None:
            return
        state = state_entries(model)
        built_before = slice(self.draws_of_execution) if candidate.kind == "instance" else slice(first_draw, None)
        init = init_steps(model, recording.draws[built_before])
        graphs = []
        recording.on_root_call = lambda root, request: graphs.append(self.extract(root, request))
        modules = module_entries(model, recording.constructions)
        if candidate.kind == "instance":
            modules[0]["construction"] = expression_range(candidate.node.value, candidate.file)
        self.containers = plain_containers(model)
        about = {"model": candidate.name, "file": self.entry, "state": state, "modules": modules, "plainContainers": []}
        recording.on_interrupted_call = lambda root, error: keep_interrupted(root, error, about)
        entry = {**about, "graphs": graphs, "init": init}
        try:
            for mode, call in runs:
                model.train(mode == "train")
                call(model)
        finally:
            recording.on_root_call = recording.on_interrupted_call = None
        entry["plainContainers"] = [container.to_json() for container in self.containers]
        self.models.append(entry)

    def construct(self, candidate, arguments):
        if candidate.kind == "instance":
            if not arguments:
                return candidate.value
            hint = f"Remove the arguments, or change them where {candidate.name} is built."
            message = f"{candidate.name} is built by the file: it takes no arguments."
            self.diagnostics.append(diagnostic("unknown-argument", message, candidate.range, hint))
            return None
        _recorder.current().constructing = True
        try:
            model = candidate.value(**arguments)
        except TypeError as error:
            if error.__traceback__.tb_next is None:  # raised by the call itself, before any line of the model ran
                self.diagnostics.append(argument_diagnostic(candidate, error))
                return None
            raise
        finally:
            _recorder.current().constructing = False
        if isinstance(model, nn.Module):
            return model
        what = repr(model) if isinstance(model, Stub) else f"a {type(model).__name__}"
        self.diagnostics.append(
            diagnostic("not-a-module", f"{candidate.name}() returns {what}, not a torch.nn.Module.", candidate.range)
        )
        return None

    def extract(self, root, request):
        answer = _recorder.ask("extract", request)
        for leaf in answer["unbound"]:
            self.report_unbound(leaf)
        return answer["graph"]

    def report_unbound(self, leaf):
        tensor = _recorder.current().leaves[leaf["value"]]
        container = next((c for c in self.containers if id(tensor) in c.parameters()), None)
        if container is not None and self.report_container(container.to_json()):
            return
        frame = leaf["frame"]
        place = self.start
        if frame >= 0:
            place = {key: value for key, value in _frames.frames[frame].items() if key not in ("function", "parent")}
        shape = list(tensor._shape)
        if isinstance(tensor, nn.Parameter):
            message = f"A parameter of shape {shape} is used that model.state_dict() does not hold: it would not train."
            hint = "Keep layers as attributes of the module, or in nn.ModuleList, nn.ModuleDict or nn.Sequential."
        else:
            message = f"A tensor of shape {shape} with random or unset values is used that the model does not hold."
            hint = "Register it with self.register_buffer, so that it is saved with the weights."
        self.diagnostics.append(diagnostic("unregistered-tensor", message, place, hint))


    def report_container(self, container):
        """False where it cannot be told which line sets it."""
        if container["place"] is None:
            return False
        message = (
            f"self.{container['attribute']} is a plain {container['kind']}, which PyTorch does not look into: "
            "the parameters of its layers are used, and model.state_dict() does not hold them: they would not train."
        )
        hint = "Keep layers as attributes of the module, or in nn.ModuleList, nn.ModuleDict or nn.Sequential."
        fixes = [{**container["fix"], "proven": False, "alone": False}] if container["fix"] else []
        found = diagnostic("unregistered-modules", message, container["place"], hint, fixes=fixes)
        if found not in self.diagnostics:
            self.diagnostics.append(found)
        return True


def keep_interrupted(root, error, about):
    """The error carries the part of the graph that came before it, for whoever reports it."""
    if _recorder.current().node_count - root.first_node > INTERRUPTED_LIMIT:
        return
    try:
        graph = _recorder.ask("extract", root.interrupted(error))["graph"]
        error.interrupted = {**about, "graph": graph}
    except (AttributeError, SystemError):
        pass


def argument_diagnostic(candidate, error):
    text = str(error)
    code = "missing-argument" if "missing" in text else "unknown-argument"
    names = [p for p in inspect.signature(candidate.value).parameters]
    hint = f"Arguments of {candidate.name}: {', '.join(names) or 'none'}."
    return diagnostic(code, f"TypeError: {text}", candidate.range, hint)


