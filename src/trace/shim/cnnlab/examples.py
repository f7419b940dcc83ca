"""Runs the file's own test code and notes how it builds and calls models."""
import ast
import inspect

from torch import _recorder
from torch._calls import tensors_in, type_tree
from torch._frames import WORKSPACE

from .candidates import as_json, is_main_test, is_test_name


class Example:
    """Constructor arguments by name, and the call's positional and keyword arguments."""

    def __init__(self, arguments, call_arguments, call_keywords, training, origin="test"):
        self.arguments, self.origin = arguments, origin
        self.call_arguments, self.call_keywords = call_arguments, call_keywords
        self.training = training

    def input_types(self):
        return [type_tree(tensor) for tensor in tensors_in([list(self.call_arguments), self.call_keywords])]

    def to_json(self):
        known, arguments = as_json(self.arguments)
        return {"args": arguments, "inputs": self.input_types(), "origin": self.origin} if known else None


def start_observing():
    """Notes root calls of modules, from module level on."""
    calls = []
    _recorder.current().before_root_call = lambda *call: calls.append(call)
    return calls


def assign_examples(candidates, calls):
    """Gives each candidate the first call of what it built."""
    _recorder.current().before_root_call = None
    by_class = {c.value: c for c in candidates if c.kind == "class"}
    functions = {c.value.__code__: c for c in candidates if c.kind == "function"}
    instances = {id(c.value): c for c in candidates if c.kind == "instance"}
    constructions = {id(c[0]): c for c in reversed(_recorder.current().constructions)}
    for module, arguments, keywords, training in calls:
        instance = instances.get(id(module))
        if instance is not None and instance.example is None:
            instance.example = Example({}, arguments, keywords, training)
        if id(module) not in constructions:
            continue
        _, args, kwargs, frame, _ = constructions[id(module)]
        candidate = by_class.get(type(module))
        if candidate is not None and candidate.example is None:
            named = named_arguments(type(module).__init__, (module, *args), kwargs, skip_self=True)
            if named is not None:
                candidate.example = Example(named, arguments, keywords, training)
        while frame is not None:
            builder = functions.get(frame.f_code)
            if builder is not None and builder.example is None:
                values = inspect.getargvalues(frame)
                named = {name: values.locals[name] for name in values.args if name in values.locals}
                builder.example = Example(named, arguments, keywords, training)
            frame = frame.f_back


def named_arguments(function, args, kwargs, skip_self):
    """Positional arguments under their parameters' names; None where there is no name (`*args`)."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return None
    named = {}
    for position, (name, value) in enumerate(bound.arguments.items()):
        kind = bound.signature.parameters[name].kind
        if skip_self and position == 0:
            continue
        if kind is inspect.Parameter.VAR_POSITIONAL:
            if value:
                return None
        elif kind is inspect.Parameter.VAR_KEYWORD:
            named.update(value)
        else:
            named[name] = value
    return named


def run_test_code(tree, module, file, report):
    """Zero-argument functions named test…, main…, demo… or check…, then what stands under `__main__`.

    `report(error)` hears of everything raised; the next piece runs all the same. A function that `__main__` calls runs
    there, once, unless that fails."""
    mains = [node for node in tree.body if isinstance(node, ast.If) and is_main_test(node.test)]
    called = {name for node in mains for name in plain_calls(node.body)}
    later = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and is_test_name(node.name):
            function = vars(module).get(node.name)
            if inspect.isfunction(function) and not required_parameters(function):
                if node.name in called:
                    later.append(function)
                else:
                    guarded(function, report)
    for node in mains:
        code = compile(ast.Module(node.body, []), WORKSPACE + file, "exec", dont_inherit=True)
        name = module.__name__
        module.__dict__["__name__"] = "__main__"
        if guarded(lambda code=code: exec(code, module.__dict__), report):
            later = []
        module.__dict__["__name__"] = name
    for function in later:
        guarded(function, report)


def plain_calls(body):
    """Functions that these statements call for sure, without arguments."""
    for statement in body:
        call = statement.value if isinstance(statement, (ast.Expr, ast.Assign)) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args and not call.keywords:
            yield call.func.id


def required_parameters(function):
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return [p for p in parameters if p.default is p.empty and p.kind not in kinds]


def guarded(step, report):
    """True where nothing was raised."""
    try:
        step()
    except BaseException as error:  # a model file's test code may do anything, SystemExit too
        report(error)
        return False
    return True
