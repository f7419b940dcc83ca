"""torch.optim.lr_scheduler, inert."""


class LRScheduler:
    def __init__(self, optimizer=None, *_, **__):
        self.optimizer = optimizer

    def step(self, *_):
        return None

    def get_last_lr(self):
        return [0.0]

    def state_dict(self):
        return {}


_LRScheduler = StepLR = MultiStepLR = ExponentialLR = CosineAnnealingLR = ReduceLROnPlateau = OneCycleLR = LRScheduler
LambdaLR = LinearLR = CyclicLR = PolynomialLR = CosineAnnealingWarmRestarts = SequentialLR = LRScheduler
