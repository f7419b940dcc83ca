/** @file Small slips: dropout of everything, an activation twice, a forward without return. */
import { trainingViews } from './graphView';
import type { Lint } from './lint';
import { removalOf } from './removeLayer';

export const dropoutOfEverything: Lint = {
  doc: 'Dropout with p=1 gives zeros only: p is the share that is dropped, not kept.',
  severity: 'warning',
  find: (models) =>
    models.flatMap(({ modules }) =>
      modules.flatMap(({ class: name, isLibrary, construction, hyperparameters }) =>
        isLibrary && construction && /Dropout/.test(name) && hyperparameters.p === 1
          ? [
              {
                place: construction,
                message: `${name} with p=1 drops everything in training.`,
                hint: 'p is the share that is dropped: 0.1 to 0.5 is usual.',
              },
            ]
          : [],
      ),
    ),
};

export const repeatedActivation: Lint = {
  doc: 'ReLU of a ReLU: the second changes nothing.',
  severity: 'information',
  find: (models, source) =>
    trainingViews(models).flatMap((view) =>
      view.nodes.flatMap((node, index) => {
        const before = view.makerOf(node.inputs[0]);
        if (node.op !== 'relu' || before?.op !== 'relu' || !view.onlyReader(before.outputs[0]!)) return [];
        const place = view.placeOf(index);
        if (!place || JSON.stringify(place) === JSON.stringify(view.place(before.frame))) return [];
        const fix = removalOf(place, source);
        return [
          {
            place,
            message: 'ReLU of a ReLU changes nothing.',
            hint: 'One of the two may be meant for another place.',
            fixes: fix ? [fix] : [],
          },
        ];
      }),
    ),
};

export const noOutput: Lint = {
  doc: 'forward returns None: a return is missing.',
  severity: 'warning',
  find: (models) =>
    models.flatMap(({ model, graphs }) =>
      graphs.slice(0, 1).flatMap(({ output, calls }) => {
        const definition = calls[0]?.definition;
        if (output !== null || !definition) return [];
        return [
          {
            place: definition,
            message: `forward of ${model} returns None.`,
            hint: 'Return what the model computes.',
          },
        ];
      }),
    ),
};
