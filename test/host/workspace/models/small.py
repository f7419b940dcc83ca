import torch
import torch.nn as nn
from models.blocks import Block


class Small(nn.Module):
    def __init__(self, in_channels=3):
        super().__init__()
        self.stem = nn.Conv2d(in_channels, 8, 3, padding=1)
        self.block = Block(8)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        x = self.stem(x)
        x = self.block(x)
        return torch.flatten(self.pool(x), 1)


def test():
    print(Small()(torch.randn(2, 3, 4, 4)).shape)
