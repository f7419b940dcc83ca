/** @file The JSON schema (draft 7) that editors complete and check experiments by; kept as media/experiment.schema.json. */
import { EXPERIMENT_FIELDS, type Field, type FieldTable, type FieldType } from './experimentFields';

export function experimentSchema(): object {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'CNN Lab experiment',
    description: 'What to train on what, and how. Relative paths start at this file’s folder.',
    allowComments: true,
    allowTrailingCommas: true,
    ...objectSchema(EXPERIMENT_FIELDS),
  };
}

function objectSchema(fields: FieldTable): object {
  const required = Object.keys(fields).filter((name) => fields[name]!.default === undefined);
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]),
  );
  return {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

function fieldSchema(field: Field): object {
  const type = typeSchema(field.type);
  const isPlain =
    field.default !== undefined && field.default !== null && typeof field.default !== 'function';
  return {
    description: field.description,
    ...(field.nullable ? { anyOf: [type, { type: 'null' }] } : type),
    ...(isPlain && field.type.kind !== 'object' ? { default: field.default } : {}),
  };
}

function typeSchema(type: FieldType): object {
  switch (type.kind) {
    case 'string':
      return { type: 'string', minLength: 1 };
    case 'boolean':
      return { type: 'boolean' };
    case 'choice':
      return { enum: type.values };
    case 'arguments':
      return { type: 'object' };
    case 'list':
      return {
        type: 'array',
        items: typeSchema(type.item),
        minItems: type.length ?? 1,
        ...(type.length === undefined ? {} : { maxItems: type.length }),
      };
    case 'object':
      return { anyOf: [typeSchema(type.shorthand.type), objectSchema(type.fields)] };
    case 'number':
      return {
        type: type.integer ? 'integer' : 'number',
        ...(type.minimum === undefined ? {} : { minimum: type.minimum }),
        ...(type.maximum === undefined ? {} : { maximum: type.maximum }),
        ...(type.below === undefined ? {} : { exclusiveMaximum: type.below }),
      };
  }
}
