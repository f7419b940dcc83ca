"""Writes repositories.json: what real PyTorch says of the model files that test/trace/parity/repositories.json lists.

    /usr/bin/python3 test/golden/make_repository_goldens.py REPOSITORIES PACKAGES            writes repositories.json
    /usr/bin/python3 test/golden/make_repository_goldens.py REPOSITORIES PACKAGES --dump 12  prints entry 12's text

REPOSITORIES: a folder in which each repository stands as `owner__name`, at the commit of the list.
PACKAGES: a folder that holds what the files import, einops and timm.
Lists among the arguments are given as tuples. What the files import and is neither there nor used by the model (plots,
summaries) is empty. An entry that PyTorch itself refuses is written with its error: nothing is compared then.
"""
import argparse
import contextlib
import importlib
import json
import pathlib
import subprocess
import sys
import unittest.mock
import warnings

import torch
from canonical_model_text import calls_text, digest, state_text

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
ENTRIES = json.loads((HERE / "../trace/parity/repositories.json").read_text())


def as_tuples(value):
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def imported(name):
    """The module; what it asks for in vain is an empty one."""
    for _ in range(20):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            sys.modules[error.name] = unittest.mock.MagicMock()
    raise ImportError(name)


def texts(entry, repositories):
    """(model, state, calls in train, calls in eval)"""
    root = repositories / entry["repository"].replace("/", "__") / entry["root"]
    sys.path.insert(0, str(root))
    name = entry["file"].removesuffix(".py").replace("/", ".")
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        arguments = {key: as_tuples(value) for key, value in entry["args"].items()}
        model = getattr(imported(name), entry["model"])(**arguments)
        inputs = [torch.rand(entry["input"])]
        state = state_text(model)
        return model, state, calls_text(model.train(), inputs), calls_text(model.eval(), inputs)


def describe(number, repositories):
    model, state, train, evaluation = texts(ENTRIES[number], repositories)
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "entries": state.count("\n"),
        "state": digest(state),
        "train": {"calls": train.count("\n"), "digest": digest(train)},
        "eval": {"calls": evaluation.count("\n"), "digest": digest(evaluation)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", type=pathlib.Path)
    parser.add_argument("packages")
    parser.add_argument("--dump", type=int)
    parser.add_argument("--one", type=int, help="prints one entry's description, as the script does for itself")
    wanted = parser.parse_args()
    sys.path.insert(0, wanted.packages)
    if wanted.dump is not None:
        _, state, train, evaluation = texts(ENTRIES[wanted.dump], wanted.repositories)
        print(f"-- state\n{state}-- train\n{train}-- eval\n{evaluation}", end="")
    elif wanted.one is not None:
        try:
            print(json.dumps(describe(wanted.one, wanted.repositories)))
        except Exception as error:
            print(json.dumps({"refused": f"{type(error).__name__}: {error}".split("\n")[0]}))
    else:
        # A process each: repositories share module names, and some change global state.
        lines = []
        for number in range(len(ENTRIES)):
            command = [sys.executable, __file__, str(wanted.repositories), wanted.packages, "--one", str(number)]
            lines.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
        (HERE / "repositories.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
