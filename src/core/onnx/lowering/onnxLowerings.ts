/** @file The total table of ONNX lowerings: an op without one does not compile. */
import type { OpName } from '../../ops/attributes';
import { activations } from './activations';
import { adaptivePool } from './adaptivePool';
import { conv } from './conv';
import { convWeightGrad } from './convWeightGrad';
import { elementwise } from './elementwise';
import { linear } from './linear';
import { norm } from './norm';
import type { OnnxLowerings } from './onnxLowering';
import { pool } from './pool';
import { random } from './random';
import { reduce } from './reduce';
import { resize } from './resize';
import { shape } from './shape';
import { sources } from './sources';
import { training } from './training';

export const onnxLowerings: OnnxLowerings<OpName> = {
  ...sources,
  ...elementwise,
  ...activations,
  ...shape,
  ...reduce,
  ...linear,
  ...conv,
  ...convWeightGrad,
  ...pool,
  ...adaptivePool,
  ...norm,
  ...random,
  ...resize,
  ...training,
};
