"""Which expressions of the user's files are being evaluated: one Frame for each evaluation of an expression.

A Frame is told apart by its caller's Frame, its position in the code, and the activation of what it called, so
that each turn of a loop has Frames of its own, and several ops of one call share one.
"""
import itertools
import sys

WORKSPACE = "/workspace/"

frames = []
sources = {}
_known = {}
_positions = {}
_lines = {}
_activations = itertools.count(1)
_codes = []
_entered = []  # (Python frame, index) of each call that `enter` was told of, outermost first


def reset(files):
    """`files`: text by path relative to the workspace."""
    frames.clear()
    _known.clear()
    _positions.clear()
    _lines.clear()
    _codes.clear()
    _entered.clear()
    sources.clear()
    sources.update(files)


def current_frame():
    """The index of the innermost user Frame that is running, or -1."""
    chain = []
    callee = frame = sys._getframe(1)
    known, index = _entered[-1] if _entered else (None, -1)
    while frame is not known and frame is not None:
        if frame.f_code.co_filename.startswith(WORKSPACE):
            chain.append((frame, callee))
        callee = frame
        frame = frame.f_back
    while chain:
        index = _intern(index, *chain.pop())
    return index


def enter(frame, index):
    """Until `leave`, `frame` stays on Python's stack and `index` is the Frame around it: nobody need look further up."""
    _entered.append((frame, index))


def leave():
    _entered.pop()


def rows_from(start):
    """Rows of `FrameRow` in recordedCall.ts."""
    return [list(frame.values()) for frame in frames[start:]]


def unfinished_frames(traceback):
    """The Frames that an error went through, outermost first, as far as some op was recorded inside of them."""
    found, index = [], -1
    while traceback is not None and traceback.tb_next is not None:
        frame, callee = traceback.tb_frame, traceback.tb_next.tb_frame
        if frame.f_code.co_filename.startswith(WORKSPACE):
            index = _known.get((index, id(frame.f_code), traceback.tb_lasti, _activation(callee)))
            if index is None:
                break
            found.append(index)
        traceback = traceback.tb_next
    return found


def _intern(parent, frame, callee):
    code = frame.f_code
    key = (parent, id(code), frame.f_lasti, _activation(callee))
    index = _known.get(key)
    if index is None:
        index = _known[key] = len(frames)
        _codes.append(code)  # keeps id(code) from being used again
        frames.append({**position(code, frame.f_lasti), "function": code.co_qualname, "parent": parent})
    return index


def _activation(frame):
    # f_trace does nothing without sys.settrace: here it numbers the frame, as ids are used again.
    if type(frame.f_trace) is not int:
        frame.f_trace = next(_activations)
    return frame.f_trace


def position(code, instruction):
    """The SourceRange of the expression that an instruction belongs to."""
    key = (id(code), instruction)
    found = _positions.get(key)
    if found is None:
        span = next(itertools.islice(code.co_positions(), max(instruction, 0) // 2, None), None)
        line, end_line, column, end_column = span or (code.co_firstlineno,) * 2 + (0, 0)
        line = line or code.co_firstlineno
        found = source_range(code.co_filename[len(WORKSPACE):], line, column or 0, end_line or line, end_column or 0)
        _positions[key] = found
        _codes.append(code)
    return dict(found)


def source_range(file, line, column, end_line, end_column):
    """From Python's columns, which count UTF-8 bytes, to UTF-16 units."""
    return {
        "file": file,
        "line": line,
        "column": utf16_column(file, line, column),
        "endLine": end_line,
        "endColumn": utf16_column(file, end_line, end_column),
    }


def source_line(file, line):
    lines = _lines.get(file)
    if lines is None:
        text = sources.get(file, "").replace("\r\n", "\n").replace("\r", "\n")
        lines = _lines[file] = text.split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else ""


def utf16_column(file, line, column):
    text = source_line(file, line)
    if text.isascii():
        return column
    before = text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore")
    return len(before) + sum(ord(character) > 0xFFFF for character in before)
