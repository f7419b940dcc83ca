"""Where a number that a constructor was given is written: right there, under a name, or by whoever built the block."""
import ast

from torch import _frames

from . import edits


def number_behind(file, node, frame):
    """(file, node) of the plain number that `node`, in the code of `frame`, stands for; None where there is none."""
    if edits.is_number(node):
        return file, node
    if not isinstance(node, ast.Name):
        return None
    function = function_of(file, frame.f_code)
    if function is not None and node.id in parameters(function):
        return argument_behind(file, function, node.id, frame)
    assigned = [*assignments(function.body if function else [], node.id)]
    if assigned:
        return single(file, assigned)
    return constant(file, node.id)


def function_of(file, code):
    tree = edits.syntax_tree(file)
    wanted = (code.co_name, code.co_firstlineno)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if (node.name, first) == wanted:
                return node
    return None


def parameters(function):
    return [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]


def argument_behind(file, function, name, frame):
    """What the expression that built `self` gives for a parameter of its `__init__`, or the parameter's default."""
    from torch._recorder import current

    if any(assignments(function.body, name)) or function.name != "__init__":
        return None
    owner = frame.f_locals.get("self")
    for built, _, _, outer, instruction in current().constructions:
        if built is owner and outer.f_code.co_filename.startswith(_frames.WORKSPACE):
            place = _frames.position(outer.f_code, instruction)
            call = edits.node_at(place, ast.Call)
            given = call and edits.argument(call, name, parameters(function).index(name) - 1)
            if given is not None:
                return number_behind(place["file"], given, outer)
            break
    default = default_of(function, name)
    return (file, default) if default is not None and edits.is_number(default) else None


def default_of(function, name):
    plain = [*function.args.posonlyargs, *function.args.args]
    pairs = [*zip(plain[len(plain) - len(function.args.defaults) :], function.args.defaults)]
    pairs += zip(function.args.kwonlyargs, function.args.kw_defaults)
    return next((default for argument, default in pairs if argument.arg == name), None)


def assignments(body, name):
    """The values that a name is given by plain assignments; other ways of setting it count as None."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                is_plain = isinstance(statement, ast.Assign) and statement.targets == [node]
                yield statement.value if is_plain else None


def single(file, values):
    if len(values) == 1 and values[0] is not None and edits.is_number(values[0]):
        return file, values[0]
    return None


def constant(file, name):
    """`WIDTH = 490` at the level of this module, or of one of the workspace that it is imported from."""
    tree = edits.syntax_tree(file)
    if tree is None:
        return None
    values = [*assignments(tree.body, name)]
    if values:
        return single(file, values)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    source = module_file(file, node)
                    return constant(source, alias.name) if source else None
    return None


def module_file(file, node):
    """The workspace file of `from … import`, relative ones from the importing file's folder."""
    folder = file.split("/")[:-1]
    base = folder[: len(folder) - node.level + 1] if node.level else folder
    parts = node.module.split(".") if node.module else []
    for start in ([base] if node.level else [folder, []]):
        for name in ("/".join([*start, *parts]) + ".py", "/".join([*start, *parts, "__init__.py"])):
            if name in _frames.sources and name != file:
                return name
    return None
