"""What a trace has no use for, and does nothing: gradients, devices and compilers are decided later."""


class Inert:
    """A context manager and decorator that changes nothing."""

    def __init__(self, *_, **__):
        pass

    def __new__(cls, *args, **__):
        if len(args) == 1 and callable(args[0]) and not isinstance(args[0], type):
            return args[0]
        return object.__new__(cls)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def __call__(self, function):
        return function


def nothing(*_, **__):
    return None


def false(*_, **__):
    return False


def identity(value=None, *_, **__):
    """A decorator, with or without arguments, that gives back what it decorates."""
    return value if value is not None else (lambda function: function)
