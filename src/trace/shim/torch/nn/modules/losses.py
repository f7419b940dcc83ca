"""Losses as modules: each names its arguments and calls one function."""
from .. import functional as F
from .stateless import layer

OLD = {"size_average": None}
TAIL = {"reduce": None, "reduction": "mean"}
CrossEntropyLoss = layer(
    "CrossEntropyLoss", {"weight": None, **OLD, "ignore_index": -100, **TAIL, "label_smoothing": 0.0},
    lambda s, x, y: F.cross_entropy(x, y, s.weight, None, s.ignore_index, None, s.reduction, s.label_smoothing),
)  # fmt: skip
NLLLoss = layer(
    "NLLLoss", {"weight": None, **OLD, "ignore_index": -100, **TAIL},
    lambda s, x, y: F.nll_loss(x, y, s.weight, None, s.ignore_index, None, s.reduction),
)  # fmt: skip
BCEWithLogitsLoss = layer(
    "BCEWithLogitsLoss", {"weight": None, **OLD, **TAIL, "pos_weight": None},
    lambda s, x, y: F.binary_cross_entropy_with_logits(x, y, s.weight, None, None, s.reduction, s.pos_weight),
)  # fmt: skip
BCELoss = layer(
    "BCELoss", {"weight": None, **OLD, **TAIL},
    lambda s, x, y: F.binary_cross_entropy(x, y, s.weight, None, None, s.reduction),
)  # fmt: skip
MSELoss = layer("MSELoss", {**OLD, **TAIL}, lambda s, x, y: F.mse_loss(x, y, None, None, s.reduction))
L1Loss = layer("L1Loss", {**OLD, **TAIL}, lambda s, x, y: F.l1_loss(x, y, None, None, s.reduction))
SmoothL1Loss = layer(
    "SmoothL1Loss", {**OLD, **TAIL, "beta": 1.0}, lambda s, x, y: F.smooth_l1_loss(x, y, None, None, s.reduction, s.beta)
)
HuberLoss = layer(
    "HuberLoss", {"reduction": "mean", "delta": 1.0}, lambda s, x, y: F.huber_loss(x, y, s.reduction, s.delta)
)
PLAIN = {**OLD, **TAIL}
KLDivLoss = layer(
    "KLDivLoss", {**PLAIN, "log_target": False}, lambda s, x, y: F.kl_div(x, y, None, None, s.reduction, s.log_target)
)
NLLLoss2d = NLLLoss
PoissonNLLLoss = layer(
    "PoissonNLLLoss", {"log_input": True, "full": False, **OLD, "eps": 1e-08, **TAIL},
    lambda s, x, y: F.poisson_nll_loss(x, y, s.log_input, s.full, None, s.eps, None, s.reduction),
)  # fmt: skip
GaussianNLLLoss = layer(
    "GaussianNLLLoss", {"full": False, "eps": 1e-06, "reduction": "mean"},
    lambda s, x, y, var: F.gaussian_nll_loss(x, y, var, s.full, s.eps, s.reduction),
)  # fmt: skip
SoftMarginLoss = layer("SoftMarginLoss", PLAIN, lambda s, x, y: F.soft_margin_loss(x, y, None, None, s.reduction))
MultiLabelSoftMarginLoss = layer(
    "MultiLabelSoftMarginLoss", {"weight": None, **PLAIN},
    lambda s, x, y: F.multilabel_soft_margin_loss(x, y, s.weight, None, None, s.reduction),
)  # fmt: skip
MultiMarginLoss = layer(
    "MultiMarginLoss", {"p": 1, "margin": 1.0, "weight": None, **PLAIN},
    lambda s, x, y: F.multi_margin_loss(x, y, s.p, s.margin, s.weight, None, None, s.reduction),
)  # fmt: skip
HingeEmbeddingLoss = layer(
    "HingeEmbeddingLoss", {"margin": 1.0, **PLAIN},
    lambda s, x, y: F.hinge_embedding_loss(x, y, s.margin, None, None, s.reduction),
)  # fmt: skip
MarginRankingLoss = layer(
    "MarginRankingLoss", {"margin": 0.0, **PLAIN},
    lambda s, a, b, y: F.margin_ranking_loss(a, b, y, s.margin, None, None, s.reduction),
)  # fmt: skip
CosineEmbeddingLoss = layer(
    "CosineEmbeddingLoss", {"margin": 0.0, **PLAIN},
    lambda s, a, b, y: F.cosine_embedding_loss(a, b, y, s.margin, None, None, s.reduction),
)  # fmt: skip
TripletMarginLoss = layer(
    "TripletMarginLoss", {"margin": 1.0, "p": 2.0, "eps": 1e-06, "swap": False, **PLAIN},
    lambda s, a, p, n: F.triplet_margin_loss(a, p, n, s.margin, s.p, s.eps, s.swap, None, None, s.reduction),
)  # fmt: skip
TripletMarginWithDistanceLoss = layer(
    "TripletMarginWithDistanceLoss", {"distance_function": None, "margin": 1.0, "swap": False, "reduction": "mean"},
    lambda s, a, p, n: F.triplet_margin_with_distance_loss(
        a, p, n, distance_function=s.distance_function, margin=s.margin, swap=s.swap, reduction=s.reduction
    ),
)  # fmt: skip
CTCLoss = layer(
    "CTCLoss", {"blank": 0, "reduction": "mean", "zero_infinity": False},
    lambda s, x, y, lengths, sizes: F.ctc_loss(x, y, lengths, sizes, s.blank, s.reduction, s.zero_infinity),
)  # fmt: skip
CosineSimilarity = layer(
    "CosineSimilarity", {"dim": 1, "eps": 1e-08}, lambda s, a, b: F.cosine_similarity(a, b, s.dim, s.eps)
)
PairwiseDistance = layer(
    "PairwiseDistance", {"p": 2.0, "eps": 1e-06, "keepdim": False},
    lambda s, a, b: F.pairwise_distance(a, b, s.p, s.eps, s.keepdim),
)  # fmt: skip
