"""torchvision.models.feature_extraction, for nodes that are modules."""
from collections import OrderedDict

from torch import nn
from torch._recorder import UnsupportedOp


class _AllFound(Exception):
    """Ends the model's `forward`: what follows is not wanted."""


class FeatureExtractor(nn.Module):
    """The children of `model` up to the last that is wanted. Gives what the named modules gave, and runs no further."""

    def __init__(self, model, return_nodes):
        super().__init__()
        paths = dict(model.named_modules())
        for path in return_nodes:
            if path not in paths:
                raise UnsupportedOp(
                    "create_feature_extractor",
                    f"create_feature_extractor knows modules only, and the model has none named '{path}'.",
                    "Name the module whose output it is, such as 'layer4' or 'features.7'.",
                )
        self._return_nodes = {str(path): str(name) for path, name in return_nodes.items()}
        self._model = (model,)  # in a tuple: the children below are all that is registered
        children = list(model.named_children())
        names = [name for name, _ in children]
        last = max(names.index(path.partition(".")[0]) for path in self._return_nodes)
        for name, child in children[: last + 1]:
            self.add_module(name, child)

    def forward(self, *inputs, **keywords):
        (model,) = self._model
        paths, found = dict(model.named_modules()), {}
        watched = [(paths[path], path) for path in self._return_nodes]
        for module, path in watched:
            object.__setattr__(module, "forward", self._noting(module.forward, path, found))
        try:
            model.forward(*inputs, **keywords)
        except _AllFound:
            pass
        finally:
            for module, _ in watched:
                object.__delattr__(module, "forward")
        return OrderedDict((name, found[path]) for path, name in self._return_nodes.items())

    def _noting(self, forward, path, found):
        def run(*inputs, **keywords):
            found[path] = forward(*inputs, **keywords)
            if len(found) == len(self._return_nodes):
                raise _AllFound
            return found[path]

        return run


def create_feature_extractor(model, return_nodes=None, train_return_nodes=None, eval_return_nodes=None, **options):
    """`return_nodes`: names of modules, or {name of module: name of output}."""
    if train_return_nodes is not None or eval_return_nodes is not None:
        raise UnsupportedOp("create_feature_extractor(train_return_nodes=…, eval_return_nodes=…)")
    names = return_nodes if isinstance(return_nodes, dict) else {path: path for path in return_nodes}
    return FeatureExtractor(model, names)


def get_graph_node_names(model, **options):
    """Modules in the order of `named_modules`; torchvision lists operations between them too."""
    names = [path for path, _ in model.named_modules() if path]
    return names, list(names)
