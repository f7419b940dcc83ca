"""torch.nn.utils.parametrize: an attribute that a module computes from a parameter kept under `parametrizations`."""
from ..._tensor import Parameter, Tensor
from ..modules.container import ModuleDict, ModuleList
from ..modules.module import Module


class ParametrizationList(ModuleList):
    """Holds the original parameters, and computes what they stand for."""

    def __init__(self, modules, original):
        super().__init__(modules)
        parts = original
        if hasattr(modules[0], "right_inverse"):
            parts = modules[0].right_inverse(original)
        self.is_tensor = isinstance(parts, Tensor)
        if self.is_tensor:
            self.original = parts if isinstance(parts, Parameter) else Parameter(parts)
        else:
            self.ntensors = len(parts)
            for place, part in enumerate(parts):
                setattr(self, f"original{place}", part if isinstance(part, Parameter) else Parameter(part))

    def __call__(self):
        # Not a module call that anybody sees: PyTorch's does not run hooks of the layer either.
        if self.is_tensor:
            value = self[0](self.original)
        else:
            value = self[0](*(getattr(self, f"original{place}") for place in range(self.ntensors)))
        for step in list(self)[1:]:
            value = step(value)
        return value


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    if is_parametrized(module, tensor_name):
        module.parametrizations[tensor_name].append(parametrization)
        return module
    original = getattr(module, tensor_name)
    delattr(module, tensor_name)
    if not hasattr(module, "parametrizations"):
        module.parametrizations = ModuleDict()
        module.__class__ = parametrized_class(type(module))
    module.parametrizations[tensor_name] = ParametrizationList([parametrization], original)
    return module


def parametrized_class(cls):
    def look_up(self, name):
        lists = self.__dict__.get("_modules", {}).get("parametrizations")
        if lists is not None and name in lists:
            return lists[name]()
        return Module.__getattr__(self, name)

    return type(f"Parametrized{cls.__name__}", (cls,), {"__getattr__": look_up, "__module__": cls.__module__})


def is_parametrized(module, tensor_name=None):
    lists = module.__dict__.get("_modules", {}).get("parametrizations")
    return lists is not None and (tensor_name is None or tensor_name in lists)


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    value = module.parametrizations[tensor_name].original
    del module.parametrizations[tensor_name]
    setattr(module, tensor_name, value)
    return module


class cached:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False
