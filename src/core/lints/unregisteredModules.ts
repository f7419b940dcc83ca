/** @file Layers in plain lists and dicts, which PyTorch does not look into. */
import type { PlainContainer } from '../graph/tracedModel';
import type { Finding, Lint } from './lint';

export const unregisteredModules: Lint = {
  doc: 'Layers are kept in a plain list, tuple or dict: PyTorch does not see them, so that they are not trained or saved.',
  severity: 'warning',
  find(models) {
    return models.flatMap(({ plainContainers }) =>
      plainContainers.flatMap((container): Finding[] =>
        container.place
          ? [{ place: container.place, ...told(container), fixes: container.fix ? [container.fix] : [] }]
          : [],
      ),
    );
  },
};

function told({ attribute, kind, count }: PlainContainer): Pick<Finding, 'message' | 'hint'> {
  const layers = count === 1 ? 'the layer in it' : `the ${count} layers in it`;
  return {
    message: `self.${attribute} is a plain ${kind}: PyTorch does not see ${layers}.`,
    hint: `Keep them in nn.${kind === 'dict' ? 'ModuleDict' : 'ModuleList'}, so that they are trained, saved and moved with the model.`,
  };
}
