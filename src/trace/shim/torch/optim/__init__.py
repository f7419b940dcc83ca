"""torch.optim, inert: the file's own training loop does not run; CNN Lab trains by its experiment."""
from . import lr_scheduler  # noqa: F401


class Optimizer:
    def __init__(self, params=(), *_, **options):
        self.param_groups = [{"params": list(params), **options}]
        self.state = {}

    def step(self, closure=None):
        return None

    def zero_grad(self, set_to_none=True):
        return None

    def state_dict(self):
        return {}

    def load_state_dict(self, state_dict):
        return None


class SGD(Optimizer):
    pass


class Adam(Optimizer):
    pass


class AdamW(Optimizer):
    pass


class RMSprop(Optimizer):
    pass


class Adagrad(Optimizer):
    pass


class Adadelta(Optimizer):
    pass


class NAdam(Optimizer):
    pass
