"""A classifier for the shapes beside this file: three stages that halve the image, one vote at the end."""
import torch
from torch import nn


def stage(channels_in, channels_out):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )


class TinyCNN(nn.Module):
    def __init__(self, channels=3, classes=3, width=16):
        super().__init__()
        self.features = nn.Sequential(
            stage(channels, width),
            stage(width, 2 * width),
            stage(2 * width, 4 * width),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(4 * width, classes)

    def forward(self, x):
        x = self.pool(self.features(x))
        return self.classifier(self.dropout(torch.flatten(x, 1)))


if __name__ == "__main__":
    model = TinyCNN()
    print(model(torch.randn(8, 3, 32, 32)).shape)
