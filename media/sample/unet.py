"""A small U-Net (Ronneberger et al., 2015) for the cells beside this file.

The left half shrinks the image and collects context, the right half grows it back to full size, and every
level hands its features straight across, so that the outlines stay sharp.
"""
import torch
import torch.nn.functional as F
from torch import nn


class ConvBlock(nn.Module):
    """Two 3x3 convolutions, each with normalisation and ReLU; the second sees what the first found."""

    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, kernel_size=3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(channels_out)

    def forward(self, x):
        x = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(x)))


class Up(nn.Module):
    """Doubles the size, then mixes in the features of the same level on the way down."""

    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.grow = nn.ConvTranspose2d(channels_in, channels_out, kernel_size=2, stride=2)
        self.mix = ConvBlock(2 * channels_out, channels_out)

    def forward(self, x, skip):
        x = self.grow(x)
        # Where a size was odd, halving lost a row or a column: add it again.
        missing_rows = skip.shape[2] - x.shape[2]
        missing_columns = skip.shape[3] - x.shape[3]
        if missing_rows or missing_columns:
            x = F.pad(x, (0, missing_columns, 0, missing_rows))
        return self.mix(torch.cat([skip, x], dim=1))


class UNet(nn.Module):
    """
    Args:
        channels: channels of the image, 1 for grey.
        classes: output channels; 1 tells foreground from background.
        width: features on the top level. Each level below has twice as many.
        depth: how often the size is halved.
    """

    def __init__(self, channels=1, classes=1, width=8, depth=3):
        super().__init__()
        widths = [width * 2**level for level in range(depth + 1)]
        self.stem = ConvBlock(channels, width)
        self.down = nn.ModuleList(ConvBlock(a, b) for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(Up(b, a) for a, b in reversed(list(zip(widths, widths[1:]))))
        self.head = nn.Conv2d(width, classes, kernel_size=1)

    def forward(self, x):
        x = self.stem(x)
        skips = []
        for block in self.down:
            skips.append(x)
            x = block(F.max_pool2d(x, 2))
        for block in self.up:
            x = block(x, skips.pop())
        return self.head(x)


if __name__ == "__main__":
    model = UNet(channels=1, classes=1)
    image = torch.randn(4, 1, 64, 64)
    print(model(image).shape)
