/** @file Every op's meaning, in one total table: leaving an op out does not compile. */
import { activations } from './activation';
import { conv } from './conv';
import { elementwise } from './elementwise';
import { linear } from './linear';
import { lossPieces } from './lossPieces';
import { norm } from './norm';
import type { OpRegistry } from './opDefinition';
import { optimizerPieces } from './optimizerPieces';
import { pool } from './pool';
import { random } from './random';
import { reduce } from './reduce';
import { resize } from './resize';
import { shape } from './shape';
import { sources } from './sources';

export const registry: OpRegistry = {
  ...sources,
  ...elementwise,
  ...activations,
  ...shape,
  ...reduce,
  ...linear,
  ...conv,
  ...pool,
  ...norm,
  ...random,
  ...resize,
  ...lossPieces,
  ...optimizerPieces,
};
