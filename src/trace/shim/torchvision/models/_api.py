"""Model builders by name, and what torchvision knows of their weights: everything but the numbers themselves."""
import enum
import fnmatch
import inspect
from functools import partial

from torch import nn
from torch._recorder import UnsupportedOp, warn

from ..transforms._presets import NORMALISATIONS, ImageClassification, SemanticSegmentation
from ..transforms.functional import InterpolationMode
from ._weights import IMAGENET, SEGMENTATION

BUILTIN_MODELS = {}


def _signature(*, weights=None, progress=True, **kwargs) -> nn.Module:
    """What every builder looks like from outside."""


SIGNATURE = inspect.signature(_signature)
ADDRESS = "https://download.pytorch.org/models"
# As many as there are; their words are not needed to trace.
IMAGENET_CATEGORIES = [f"category {index}" for index in range(1000)]
VOC_CATEGORIES = IMAGENET_CATEGORIES[:21]


class Weights:
    def __init__(self, url, transforms, meta):
        self.url, self.transforms, self.meta = url, transforms, meta


class WeightsEnum(enum.Enum):
    @classmethod
    def verify(cls, obj):
        if obj is None or isinstance(obj, cls):
            return obj
        if isinstance(obj, str):
            return cls[obj.replace(f"{cls.__name__}.", "")]
        raise TypeError(
            f"Invalid Weight class provided; expected {cls.__name__} but received {type(obj).__name__}."
        )

    def get_state_dict(self, *args, **kwargs):
        raise UnsupportedOp(
            f"{self}.get_state_dict", f"{self}.get_state_dict() downloads weights, and there is no network while tracing.",
            "Load them in PyTorch, save their state_dict, and choose that file as initial weights.",
        )  # fmt: skip

    url = property(lambda self: self.value.url)
    transforms = property(lambda self: self.value.transforms)
    meta = property(lambda self: self.value.meta)


def _rows(table):
    """The lines of a table by the builder that they speak of."""
    found = {}
    for line in table.split("\n")[1:-1]:
        name, *facts = line.split()
        found.setdefault(name, []).append(facts)
    return found


ROWS = _rows(IMAGENET + SEGMENTATION[1:])


def weights_enum(name, module):
    """The `…_Weights` class of a builder. The newest training recipe is the default, as torchvision has it."""
    members = {}
    for title, key, parameters, least, *preset in ROWS[name]:
        transforms, categories = _preset(preset)
        meta = {
            "num_params": int(parameters),
            "min_size": (int(least), int(least)),
            "categories": categories,
        }
        members[key] = Weights(f"{ADDRESS}/{name}-{key}.pth", transforms, meta)
    recipes = [key for key in members if key in ("IMAGENET1K_V1", "IMAGENET1K_V2")]
    members["DEFAULT"] = members[(recipes or list(members)[:1])[-1]]
    return WeightsEnum(f"{title}_Weights", members, module=module)


def _preset(facts):
    """What prepares images, and the categories."""
    if len(facts) == 1:
        return partial(SemanticSegmentation, resize_size=int(facts[0])), VOC_CATEGORIES
    crop, resize, interpolation, *normalisation = facts
    options = {"crop_size": int(crop), "resize_size": int(resize), "interpolation": InterpolationMode(interpolation)}
    if normalisation:
        options["mean"], options["std"] = NORMALISATIONS[normalisation[0]]
    return partial(ImageClassification, **options), IMAGENET_CATEGORIES


def weights_not_loaded(weights):
    """One warning at the user's line; the architecture is what tracing needs."""
    warn(
        "pretrained-weights",
        f"{weights} are not downloaded: the model starts from random weights here.",
        "Save model.state_dict() in PyTorch and choose that file as initial weights.",
    )


def requested_weights(enumeration, weights, kwargs):
    """What `weights=` or the older `pretrained=` asks for, verified."""
    if "pretrained" in kwargs:
        weights = kwargs.pop("pretrained")
    if isinstance(weights, bool):
        usual = next(iter(enumeration))
        weights = usual if weights else None
    return enumeration.verify(weights)


def builders(module, make_by_name, adapt=None):
    """
    Functions like `resnet18(*, weights=None, progress=True, **kwargs)` and their enumerations, by name.
    `adapt(kwargs, weights)` changes arguments where weights ask for it, and may return what finishes the model.
    """
    found = {}
    for name, make in make_by_name.items():
        enumeration = weights_enum(name, module)
        found[enumeration.__name__] = enumeration
        found[name] = _builder(module, name, make, enumeration, adapt)
    return found


def _builder(module, name, make, enumeration, adapt):
    def build(*args, weights=None, progress=True, **kwargs):
        weights = requested_weights(enumeration, args[0] if args else weights, kwargs)
        if weights is None:
            return make(**kwargs)
        overwrite(kwargs, "num_classes", len(weights.meta["categories"]))
        finish = adapt(kwargs, weights) if adapt else None
        model = make(**kwargs)
        weights_not_loaded(weights)
        return finish(model) if finish else model

    return register(build, module, name, enumeration)


def register(build, module, name, enumeration):
    build.__name__ = build.__qualname__ = name
    build.__module__ = module
    build.weights = enumeration
    build.__signature__ = SIGNATURE
    BUILTIN_MODELS[name] = build
    return build


def overwrite(kwargs, name, value):
    if kwargs.setdefault(name, value) != value:
        raise ValueError(f"The parameter '{name}' expected value {value} but got {kwargs[name]} instead.")


def list_models(module=None, include=None, exclude=None):
    names = sorted(
        name for name, build in BUILTIN_MODELS.items()
        if module is None or build.__module__.rpartition(".")[0] == module.__name__
    )  # fmt: skip
    if include:
        names = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in _listed(include))]
    if exclude:
        names = [name for name in names if not any(fnmatch.fnmatch(name, pattern) for pattern in _listed(exclude))]
    return names


def _listed(patterns):
    return [patterns] if isinstance(patterns, str) else patterns


def get_model_builder(name):
    name = name.lower()
    if name not in BUILTIN_MODELS:
        raise ValueError(f"Unknown model {name}")
    return BUILTIN_MODELS[name]


def get_model(name, **config) -> nn.Module:
    return get_model_builder(name)(**config)


def get_model_weights(name):
    return get_model_builder(name).weights if isinstance(name, str) else name.weights


def get_weight(name):
    title, _, member = name.partition(".")
    for build in BUILTIN_MODELS.values():
        if build.weights.__name__ == title:
            return build.weights[member]
    raise ValueError(f"The weight enum '{title}' was not found.")
