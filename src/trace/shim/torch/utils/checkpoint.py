"""torch.utils.checkpoint: recomputation changes no shape and no number."""


def checkpoint(function, *args, use_reentrant=None, preserve_rng_state=True, **kwargs):
    return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, **_):
    for function in functions:
        input = function(input)
    return input
