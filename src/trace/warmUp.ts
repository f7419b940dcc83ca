/** @file A trace that a new worker without work makes for itself: it compiles what the user's first one will need. */
import type { TraceRequest } from '../core/graph/tracedModel';

const SOURCE = `
import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
        )

    def forward(self, x):
        return self.layers(x)


class Net(nn.Module):
    def __init__(self, features=(8, 16)):
        super().__init__()
        self.blocks = nn.ModuleList([Block(3, features[0]), Block(*features)])
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ConvTranspose2d(features[1], 8, 2, stride=2)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        for block in self.blocks:
            x = self.pool(block(x))
        x = torch.cat((self.up(x), self.up(x)), dim=1)
        x = F.interpolate(x, size=x.shape[2:], mode="bilinear")[:, :8] * 2 + 1
        return self.fc(x.mean((2, 3)).view(x.size(0), -1))


def test():
    assert Net()(torch.randn(2, 3, 16, 16)).shape == (2, 2)
`;

export const warmUpRequest: TraceRequest = { files: { 'model.py': SOURCE }, entry: 'model.py' };
