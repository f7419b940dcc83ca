"""Exceptions of user code as diagnostics at the exact user expression."""

from torch import _frames
from torch._frames import WORKSPACE

from .advice import advise

FILE_START = {"line": 1, "column": 0, "endLine": 1, "endColumn": 0}


def diagnostic(code, message, place, hint=None, severity="error", fixes=()):
    entry = {"severity": severity, "code": code, "message": message, **place}
    if hint:
        entry["hint"] = hint
    if fixes:
        entry["fixes"] = list(fixes)
    return entry


def from_exception(error, fallback):
    """`fallback`: the SourceRange to use where no user code was running."""
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(WORKSPACE):
        return diagnostic("syntax-error", error.msg, syntax_place(error), "Python cannot read the file here.")
    place, inside_shim = innermost_place(error)
    if isinstance(error, SyntaxError) and place is None:
        return diagnostic("syntax-error", error.msg, fallback, "Python cannot read the file.")
    place = place or fallback
    code, message, hint = describe(error, inside_shim)
    advice = None if hint else advise(error, place)
    if advice is not None:
        hint, code = advice.hint, advice.code or code
    path = getattr(error, "module_path", None)
    if path and code == "shape-mismatch":
        layer = f"In the layer `{path}` ({error.module_class})."
        hint = f"{hint} {layer}" if hint else layer
    return diagnostic(code, message, place, hint, fixes=advice.fixes if advice else ())


def syntax_place(error):
    file = error.filename[len(WORKSPACE) :]
    line = max(error.lineno or 1, 1)
    start = units(file, line, max((error.offset or 1) - 1, 0))
    end_line, end = error.end_lineno or line, error.end_offset
    if not end_line or end_line < line or not end or end <= 0:
        end_line, end_column = line, start + 1
    else:
        end_column = units(file, end_line, end - 1)
    if (end_line, end_column) <= (line, start):
        end_line, end_column = line, start + 1
    return {"file": file, "line": line, "column": start, "endLine": end_line, "endColumn": end_column}


def units(file, line, characters):
    """From characters to UTF-16 units."""
    before = _frames.source_line(file, line)[:characters]
    return characters + sum(ord(character) > 0xFFFF for character in before)


def innermost_place(error):
    """The innermost user expression of the traceback, and whether our own code raised the error."""
    place, inside_shim = None, False
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith(WORKSPACE):
            place, inside_shim = _frames.position(code, trace.tb_lasti), False
        else:
            inside_shim = code.co_filename.startswith(("/shim/torch", "/shim/einops"))
        trace = trace.tb_next
    return place, inside_shim


def describe(error, inside_shim):
    text = str(error)
    hint = getattr(error, "hint", None)
    code = getattr(error, "code", None)
    if code in ("unsupported-op", "value-dependent", "unregistered-parameter"):
        return code, text, hint
    if isinstance(error, KeyboardInterrupt):
        return "timeout", "Stopped: this was still running when the time for tracing was over.", (
            "Module level, constructors and forward should end within a second. Put long work under "
            "`if __name__ == '__main__':`."
        )  # fmt: skip
    if isinstance(error, MemoryError):
        return "memory-limit", "Tracing this file takes more memory than the sandbox allows (512 MB).", (
            "Tensors cost nothing while tracing: look for large Python lists or byte strings."
        )  # fmt: skip
    if isinstance(error, RecursionError):
        return "recursion", f"RecursionError: {text}", "A function or module calls itself without end."
    if isinstance(error, FileNotFoundError):
        return "no-such-file", f"FileNotFoundError: {text}", (
            "While tracing only small text files (.json, .yaml, .toml, .cfg, .ini, .txt, .csv) of the workspace are there, "
            "where the code spells their names."
        )  # fmt: skip
    if isinstance(error, ImportError):
        return "import-error", f"{type(error).__name__}: {text}", hint
    refusal = isinstance(error, (RuntimeError, ValueError, IndexError)) and not isinstance(error, NotImplementedError)
    if inside_shim and refusal:
        return "shape-mismatch", text, hint
    if isinstance(error, SystemExit):
        return "python-error", f"SystemExit: {text}", "The file ends Python while it is imported."
    return "python-error", f"{type(error).__name__}: {text}", hint
