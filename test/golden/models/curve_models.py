"""A small vision transformer of torchvision, to train for a hundred steps on a processor."""
from torchvision.models.vision_transformer import VisionTransformer


def vit():
    return VisionTransformer(
        image_size=32, patch_size=8, num_layers=3, num_heads=4, hidden_dim=48, mlp_dim=96, num_classes=10
    )
