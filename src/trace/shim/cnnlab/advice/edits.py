"""Edits of the user's source: expressions are found by their positions in the syntax tree."""
import ast

from torch import _frames


def syntax_tree(file):
    """None where Python cannot read it."""
    try:
        return ast.parse(_frames.sources.get(file, ""))
    except (SyntaxError, ValueError, RecursionError):
        return None


def range_of(file, node):
    return _frames.source_range(file, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def node_at(place, kind):
    """The node of a kind that stands exactly at a SourceRange, outermost first, or None."""
    tree = syntax_tree(place["file"])
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, kind) and node.lineno == place["line"] and range_of(place["file"], node) == range_only(place):
            return node
    return None


def range_only(place):
    return {key: place[key] for key in ("file", "line", "column", "endLine", "endColumn")}


def enclosing(tree, wanted, kind):
    """The nodes of a kind around a node, outermost first."""
    return [
        node for node in ast.walk(tree)
        if isinstance(node, kind) and node is not wanted and any(part is wanted for part in ast.walk(node))
    ]  # fmt: skip


def text_of(file, node):
    return ast.get_source_segment(_frames.sources[file].replace("\r\n", "\n"), node)


def replaced(file, node, text):
    return {**range_of(file, node), "text": text}


def inserted_before(file, node, text):
    place = range_of(file, node)
    return {**place, "endLine": place["line"], "endColumn": place["column"], "text": text}


def inserted_after(file, node, text):
    place = range_of(file, node)
    return {**place, "line": place["endLine"], "column": place["endColumn"], "text": text}


def at_line(file, line, text):
    """Lines of their own above a line, with the file's own line ends."""
    ending = "\r\n" if "\r\n" in _frames.sources.get(file, "") else "\n"
    place = {"line": line, "column": 0, "endLine": line, "endColumn": 0}
    return {"file": file, **place, "text": text.replace("\n", ending)}


def fix(title, *edits, proven=True, alone=False):
    """An edit that is not `proven` by how it was found is tried out before it is offered: this error must be gone, and
    with `alone` no other may come (the edit reaches further than the expression)."""
    return {"title": title, "edits": list(edits), "proven": proven, "alone": alone}


def argument(call, name, position):
    """The node of a call's argument, or None: not given, or hidden behind a `*` or `**`."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = call.args[: position + 1]
    if len(before) <= position or any(isinstance(node, ast.Starred) for node in before):
        return None
    return before[position]


def is_number(node):
    """A plain whole number, or arithmetic of such: `64 * 7 * 7`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)) and is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Constant) and type(node.value) is int


def added_keyword(file, call, name, text):
    """`name=text` as a call's last argument: right after the one before it, whatever stands between it and the `)`."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        place = range_of(file, call)
        column = place["endColumn"] - 1
        return {**place, "line": place["endLine"], "column": column, "endColumn": column, "text": f"{name}={text}"}
    last = max(arguments, key=lambda node: (node.end_lineno, node.end_col_offset))
    line, column = last.end_lineno, last.end_col_offset
    rest = _frames.source_line(file, line).encode()[column:]
    if line == call.end_lineno:
        rest = rest[: call.end_col_offset - 1 - column]
    column += rest[: len(rest) - len(rest.lstrip(b" )"))].rfind(b")") + 1  # the argument may have brackets of its own
    return {**_frames.source_range(file, line, column, line, column), "text": f", {name}={text}"}


def apply_edits(files, edits):
    """The files after all edits of one fix."""
    changed = dict(files)
    for edit in sorted(edits, key=lambda e: (e["file"], e["line"], e["column"]), reverse=True):
        text = changed[edit["file"]]
        start = offset(text, edit["line"], edit["column"])
        end = offset(text, edit["endLine"], edit["endColumn"])
        changed[edit["file"]] = text[:start] + edit["text"] + text[end:]
    return changed


def offset(text, line, column):
    """In characters, of a line from 1 and a column in UTF-16 units."""
    lines = text.split("\n")
    start = sum(len(before) + 1 for before in lines[: line - 1])
    units = 0
    for count, character in enumerate(lines[line - 1]):
        if units >= column:
            return start + count
        units += 1 + (ord(character) > 0xFFFF)
    return start + len(lines[line - 1])
