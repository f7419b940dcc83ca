"""Finds what the entry file offers as models, by its syntax tree and by what executing it defined."""
import ast
import inspect
import re
import sys

from torch import nn
from torch._frames import WORKSPACE, source_range

COMMENT = re.compile(r"#\s*cnnlab:\s*input\s*=\s*(.+?)\s*$", re.MULTILINE)


class Candidate:
    """`value`: the class, the function, or of kind "instance" the module itself, built when the file was executed."""

    def __init__(self, name, kind, node, value, file):
        self.name, self.kind, self.node, self.value, self.file = name, kind, node, value, file
        self.range = header_range(node, file)
        self.used_by_others = False
        self.example = None

    def to_json(self):
        example = self.example and self.example.to_json()
        return {
            "name": self.name,
            "kind": self.kind,
            "range": self.range,
            "parameters": parameters_of(self),
            "example": example,
            "usedByOthers": self.used_by_others,
        }


def header_range(node, file):
    """From `class` or `def` to the end of the name; of an assignment its target."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return expression_range(assigned_name(node), file)
    lead = {ast.ClassDef: "class ", ast.FunctionDef: "def "}[type(node)]
    return source_range(
        file, node.lineno, node.col_offset, node.lineno,
        node.col_offset + len(lead) + len(node.name.encode()),
    )  # fmt: skip


def expression_range(node, file):
    return source_range(file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def top_level(body):
    """Statements at module level, also those within if, try and with."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and is_main_test(node.test):
            continue
        for field in ("body", "orelse", "finalbody"):
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from top_level(getattr(node, field, []))


def is_main_test(test):
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = [test.left, test.comparators[0]]
    names = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return names and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def find_candidates(tree, module, file):
    found = {}
    namespace = vars(module)
    for node in top_level(tree.body):
        if isinstance(node, ast.ClassDef):
            value = namespace.get(node.name)
            if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == module.__name__:
                found[node.name] = Candidate(node.name, "class", node, value, file)
        elif isinstance(node, ast.FunctionDef) and not is_test_name(node.name):
            value = namespace.get(node.name)
            if inspect.isfunction(value) and returns_module(node, namespace):
                found[node.name] = Candidate(node.name, "function", node, value, file)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and assigned_name(node) is not None:
            name = assigned_name(node).id
            if is_whole_model(namespace.get(name)) and isinstance(node.value, ast.Call):
                found.setdefault(name, Candidate(name, "instance", node, namespace[name], file))
    mark_used(tree, found)
    return list(found.values())


def assigned_name(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return targets[0] if len(targets) == 1 and isinstance(targets[0], ast.Name) else None


def is_whole_model(value):
    """A model that no file of the workspace defines: a Sequential with parameters, or of a library of models."""
    if not isinstance(value, nn.Module) or next(value.parameters(), None) is None:
        return False
    if type(value) is nn.Sequential:
        return True
    module = type(value).__module__
    file = getattr(sys.modules.get(module), "__file__", None) or WORKSPACE
    return module.partition(".")[0] != "torch" and not file.startswith(WORKSPACE)


def is_test_name(name):
    return re.match(r"_*(test|main|demo|check)", name) is not None


def returns_module(function, namespace):
    """Whether some `return` gives a call of a Module class, or of a function that says it returns one, or a name that
    such a call was assigned to."""
    built = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and is_module_call(node.value, namespace):
            built.update(target.id for target in node.targets if isinstance(target, ast.Name))
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            if is_module_call(node.value, namespace):
                return True
            if isinstance(node.value, ast.Name) and node.value.id in built:
                return True
    return False


def is_module_call(node, namespace):
    if not isinstance(node, ast.Call):
        return False
    value = dotted(node.func, namespace)
    if inspect.isfunction(value):
        value = inspect.signature(value).return_annotation
    return isinstance(value, type) and issubclass(value, nn.Module)


def dotted(node, namespace):
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value, namespace)
        return vars(owner).get(node.attr) if inspect.ismodule(owner) else None
    return None


def mark_used(tree, found):
    for node in top_level(tree.body):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                for part in ast.walk(statement):
                    if isinstance(part, ast.Name) and part.id in found and part.id != node.name:
                        found[part.id].used_by_others = True


def parameters_of(candidate):
    if candidate.kind == "instance":
        return []
    function = candidate.value.__init__ if candidate.kind == "class" else candidate.value
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return []
    texts = default_texts(candidate)
    entries = []
    for position, parameter in enumerate(signature.parameters.values()):
        if candidate.kind == "class" and position == 0:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        entry = {"name": parameter.name}
        if parameter.default is not parameter.empty:
            entry["default"] = {"text": texts.get(parameter.name) or repr(parameter.default)}
            known, value = as_json(parameter.default)
            if known:
                entry["default"]["value"] = value
        entries.append(entry)
    return entries


def default_texts(candidate):
    """Defaults as they are written in the file."""
    node = candidate.node
    if candidate.kind == "class":
        node = next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
    if node is None:
        return {}
    arguments = node.args.posonlyargs + node.args.args
    pairs = list(zip(arguments[len(arguments) - len(node.args.defaults) :], node.args.defaults))
    pairs += [(a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults) if d is not None]
    return {argument.arg: ast.unparse(default) for argument, default in pairs}


def as_json(value):
    """(True, JSON form), or (False, None) for what JSON cannot say."""
    if value is None or isinstance(value, (bool, str)):
        return True, value
    if isinstance(value, (int, float)):
        return (value == value and abs(value) != float("inf")), value
    if isinstance(value, (list, tuple)):
        entries = [as_json(entry) for entry in value]
        return all(known for known, _ in entries), [entry for _, entry in entries]
    if isinstance(value, dict):
        entries = {key: as_json(entry) for key, entry in value.items()}
        known = all(isinstance(key, str) for key in value) and all(k for k, _ in entries.values())
        return known, {str(key): entry for key, (_, entry) in entries.items()}
    return False, None


def comment_inputs(source):
    """(line, input shapes) of each `# cnnlab: input=(…)`; a list gives several inputs."""
    for match in COMMENT.finditer(source):
        try:
            value = ast.literal_eval(match[1])
        except (ValueError, SyntaxError):
            continue
        shapes = value if isinstance(value, list) else [value]
        if shapes and all(isinstance(s, tuple) and all(type(d) is int and d > 0 for d in s) for s in shapes):
            yield source.count("\n", 0, match.start()) + 1, [list(shape) for shape in shapes]


def candidates_at(line, candidates):
    """Those that a comment on `line` speaks of: the one around it or right below, else all whole models."""
    for candidate in candidates:
        if candidate.node.lineno - 2 <= line <= candidate.node.end_lineno:
            return [candidate]
    return [candidate for candidate in candidates if not candidate.used_by_others]
