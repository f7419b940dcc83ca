"""torch.nn.functional: argument names and defaults are PyTorch's; lowering goes to the op vocabulary.

Each subject has a file of its own, `_<subject>.py`; this one gives them PyTorch's one namespace.
"""
from .._missing import missing_attribute, pytorch_names
from ._activations import (  # noqa: F401
    celu, elu, elu_, gelu, glu, hardshrink, hardsigmoid, hardswish, hardtanh, hardtanh_, leaky_relu, leaky_relu_,
    log_softmax, logsigmoid, mish, prelu, relu, relu6, relu6_, relu_, rrelu, selu, selu_, sigmoid, silu, softmax,
    softmin, softplus, softshrink, softsign, tanh, tanhshrink, threshold,
)  # fmt: skip
from ._attention import (  # noqa: F401
    cdist, cosine_similarity, embedding, embedding_bag, one_hot, pairwise_distance, pdist, scaled_dot_product_attention,
)  # fmt: skip
from ._convolution import (  # noqa: F401
    bilinear, conv1d, conv2d, conv_transpose1d, conv_transpose2d, linear, unfold,
)  # fmt: skip
from ._dropout import (  # noqa: F401
    alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout, feature_dropout, probability,
)  # fmt: skip
from ._gumbel import gumbel_softmax  # noqa: F401
from ._losses import *  # noqa: F401,F403
from ._normalisation import (  # noqa: F401
    batch_norm, group_norm, instance_norm, layer_norm, local_response_norm, normalize, rms_norm,
)  # fmt: skip
from ._padding import pad  # noqa: F401
from ._pooling import (  # noqa: F401
    adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_max_pool1d, adaptive_max_pool2d, avg_pool1d, avg_pool2d,
    lp_pool1d, lp_pool2d, max_pool1d, max_pool2d,
)  # fmt: skip
from ._resizing import (  # noqa: F401
    channel_shuffle, interpolate, native_channel_shuffle, pixel_shuffle, pixel_unshuffle, upsample, upsample_bilinear,
    upsample_nearest,
)  # fmt: skip
from ._sampling import affine_grid, fold, grid_sample  # noqa: F401
from ._volumes import (  # noqa: F401
    adaptive_avg_pool3d, adaptive_max_pool2d_with_indices, adaptive_max_pool3d, avg_pool3d, conv3d, conv_transpose3d,
    fractional_max_pool2d, fractional_max_pool3d, lp_pool3d, max_pool2d_with_indices, max_pool3d,
    max_pool3d_with_indices, max_unpool1d, max_unpool2d, max_unpool3d,
)  # fmt: skip

__getattr__ = missing_attribute(
    "torch.nn.functional", lambda: pytorch_names()["torch.nn.functional"], lambda: list(globals())
)
