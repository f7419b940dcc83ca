/** @file `NAME.cnnlab.json` (JSON with comments) to an experiment with every default filled in. */
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Diagnostic } from '../graph/tracedModel';
import type {
  Experiment,
  LossName,
  LossSettings,
  OptimizerName,
  OptimizerSettings,
  ScheduleSettings,
} from './experiment';
import { EXPERIMENT_FIELDS, type Field, type FieldTable, type FieldType } from './experimentFields';
import { LOSS_SETTINGS } from './lossFields';
import { nearestName } from './nearestName';
import { OPTIMIZER_SETTINGS } from './optimizerFields';
import { SCHEDULE_SETTINGS } from './scheduleFields';

export interface ParsedExperiment {
  /** null where a diagnostic is an error. */
  readonly experiment: Experiment | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** @param file names the text in diagnostics */
export function parseExperiment(text: string, file: string): ParsedExperiment {
  return new ExperimentReader(text, file).read();
}

/** The same defaults for an experiment that no file describes yet. */
export function defaultExperiment(model: string, dataset: string): Experiment {
  const { experiment } = parseExperiment(JSON.stringify({ model, dataset }), '');
  if (!experiment) throw new Error('the defaults of an experiment contradict its own rules');
  return experiment;
}

type Values = Record<string, unknown>;

class ExperimentReader {
  private readonly diagnostics: Diagnostic[] = [];

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  read(): ParsedExperiment {
    const errors: ParseError[] = [];
    const root = parseTree(this.text, errors, { allowTrailingComma: true });
    const first = errors[0];
    if (first) {
      const what = printParseErrorCode(first.error)
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase();
      this.report('error', 'json-syntax', first, `this is not valid JSON: ${what}`);
    } else if (root?.type !== 'object') {
      this.report(
        'error',
        'wrong-type',
        root ?? { offset: 0, length: 0 },
        'an experiment is a JSON object: { … }',
      );
    } else {
      const values = this.object(root, EXPERIMENT_FIELDS, '');
      if (!this.failed) {
        this.checkOptimizer(values.optimizer as OptimizerSettings, root);
        this.checkLoss(values.loss as Experiment['loss'], root);
        this.checkSchedule(values.schedule as ScheduleSettings, root);
      }
      // The table mirrors the type, key by key.
      if (!this.failed) return { experiment: values as unknown as Experiment, diagnostics: this.diagnostics };
    }
    return { experiment: null, diagnostics: this.diagnostics };
  }

  private get failed(): boolean {
    return this.diagnostics.some((each) => each.severity === 'error');
  }

  private object(node: Node, fields: FieldTable, path: string): Values {
    const given = new Map<string, Node>();
    for (const property of node.children ?? []) {
      const [key, value] = property.children ?? [];
      if (!key || !value) continue;
      const name = String(key.value);
      if (!Object.hasOwn(fields, name)) this.unknownKey(key, name, fields, path);
      else if (given.has(name))
        this.report('warning', 'repeated-key', key, `"${name}" is given twice; the last one counts`);
      if (Object.hasOwn(fields, name)) given.set(name, value);
    }
    return this.complete(fields, (name, field) => {
      const value = given.get(name);
      if (value && !(field.nullable && value.type === 'null'))
        return { value: this.value(value, field.type, join(path, name)) };
      if (field.default === undefined) {
        const place = path ? `"${path}" needs the key` : 'the experiment needs the key';
        this.report(
          'error',
          'missing-key',
          { offset: node.offset, length: 1 },
          `${place} "${name}"`,
          field.description,
        );
      }
      return null;
    });
  }

  /** Values given, else defaults; those that depend on another key (`lr` on the optimizer's name) last. */
  private complete(
    fields: FieldTable,
    given: (name: string, field: Field) => { value: unknown } | null,
  ): Values {
    const values: Values = {};
    for (const [name, field] of Object.entries(fields)) {
      const found = given(name, field);
      if (found) values[name] = found.value;
      else if (typeof field.default === 'function') values[name] = field.default(values.name);
      else if (field.type.kind === 'object' && field.default != null) {
        values[name] = this.complete(field.type.fields, () => null);
      } else values[name] = field.default;
    }
    return values;
  }

  private value(node: Node, type: FieldType, path: string): unknown {
    if (type.kind === 'object') {
      if (node.type === 'object') return this.object(node, type.fields, path);
      const shorthand = this.value(node, type.shorthand.type, path);
      if (type.keepsShorthand) return shorthand;
      return this.complete(type.fields, (name) =>
        type.shorthand.keys.includes(name) ? { value: shorthand } : null,
      );
    }
    const value: unknown = getNodeValue(node);
    if (
      type.kind === 'list' &&
      Array.isArray(value) &&
      value.length === (type.length ?? (value.length || 1))
    ) {
      return (node.children ?? []).map((item, index) => this.value(item, type.item, `${path}[${index}]`));
    }
    if (!accepts(type, value)) {
      const found = JSON.stringify(value);
      const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found;
      const message = `"${path}" is ${shown}; expected ${expectation(type)}`;
      const hint =
        type.kind === 'choice' && typeof value === 'string'
          ? `Did you mean "${nearestName(value, type.values)}"?`
          : undefined;
      this.report('error', 'wrong-value', node, message, hint);
    }
    return value;
  }

  private unknownKey(key: Node, name: string, fields: FieldTable, path: string): void {
    const place = path ? ` in "${path}"` : '';
    const inside = Object.entries(fields).find(
      ([, field]) => field.type.kind === 'object' && Object.hasOwn(field.type.fields, name),
    );
    const hint = inside
      ? `It belongs inside "${inside[0]}": "${inside[0]}": { "${name}": … }.`
      : `Did you mean "${nearestName(name, Object.keys(fields))}"?`;
    this.report('error', 'unknown-key', key, `unknown key "${name}"${place}`, hint);
  }

  private checkOptimizer(optimizer: OptimizerSettings, root: Node): void {
    const node = valueNode(root, 'optimizer');
    if (optimizer.nesterov && (optimizer.momentum === 0 || optimizer.dampening !== 0)) {
      this.report(
        'error',
        'wrong-value',
        node ?? root,
        'Nesterov momentum requires a momentum and zero dampening',
        'Give "momentum" a value such as 0.9, or leave "nesterov" out.',
      );
    }
    this.warnOfUnread(node, optimizer.name, OPTIMIZER_SETTINGS[optimizer.name as OptimizerName]);
  }

  private checkSchedule(schedule: ScheduleSettings, root: Node): void {
    const node = valueNode(root, 'schedule');
    if (schedule.name === 'multi_step' && schedule.milestones.length === 0) {
      const hint = 'Write { "name": "multi_step", "milestones": [30, 60] }.';
      this.report('error', 'missing-key', node ?? root, 'the schedule multi_step needs "milestones"', hint);
    }
    this.warnOfUnread(node, schedule.name, SCHEDULE_SETTINGS[schedule.name]);
  }

  private checkLoss(loss: Experiment['loss'], root: Node): void {
    const node = valueNode(root, 'loss');
    if (loss === null || typeof loss === 'string' || !node) {
      if (loss === 'combined') this.needTerms(node ?? root);
      return;
    }
    this.checkLossSettings(loss, node);
    if (loss.name !== 'combined') return;
    if (loss.terms.length === 0) this.needTerms(node);
    const terms = valueNode(node, 'terms')?.children ?? [];
    for (const [index, term] of loss.terms.entries()) this.checkLossSettings(term, terms[index]!, ['weight']);
  }

  private needTerms(node: Node): void {
    this.report(
      'error',
      'missing-key',
      node,
      'the loss combined needs "terms"',
      'Write { "name": "combined", "terms": ["bce_with_logits", { "name": "dice", "weight": 0.5 }] }.',
    );
  }

  private checkLossSettings(
    loss: Omit<LossSettings, 'terms'>,
    node: Node,
    alsoRead: readonly string[] = [],
  ): void {
    if (loss.reduction === 'batchmean' && loss.name !== 'kl_div') {
      const hint = 'Choose "mean" or "sum".';
      this.report(
        'error',
        'wrong-value',
        node,
        `${loss.name} has no reduction "batchmean"; kl_div has`,
        hint,
      );
    }
    this.warnOfUnread(node, loss.name, [...LOSS_SETTINGS[loss.name as LossName], ...alsoRead]);
  }

  private warnOfUnread(node: Node | undefined, name: string, read: readonly string[]): void {
    for (const property of node?.type === 'object' ? (node.children ?? []) : []) {
      const key = property.children?.[0];
      if (key && !read.includes(String(key.value))) {
        this.report('warning', 'no-effect', key, `"${key.value}" has no effect on ${name}`);
      }
    }
  }

  private report(
    severity: Diagnostic['severity'],
    code: string,
    at: { readonly offset: number; readonly length: number },
    message: string,
    hint?: string,
  ): void {
    const start = position(this.text, at.offset);
    const end = position(this.text, at.offset + Math.max(at.length, 1));
    const { file } = this;
    this.diagnostics.push({
      severity,
      code,
      file,
      ...start,
      endLine: end.line,
      endColumn: end.column,
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function valueNode(node: Node, key: string): Node | undefined {
  return node.children?.findLast((property) => property.children?.[0]?.value === key)?.children?.[1];
}

function accepts(type: FieldType, value: unknown): boolean {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' && value.trim() !== '';
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return typeof value === 'string' && type.values.includes(value);
    case 'arguments':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (!type.integer || Number.isSafeInteger(value)) &&
        value >= (type.minimum ?? Number.NEGATIVE_INFINITY) &&
        value <= (type.maximum ?? Number.POSITIVE_INFINITY) &&
        value < (type.below ?? Number.POSITIVE_INFINITY)
      );
    default:
      return false;
  }
}

function expectation(type: FieldType): string {
  switch (type.kind) {
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${type.values.map((value) => `"${value}"`).join(', ')}`;
    case 'arguments':
    case 'object':
      return 'an object';
    case 'list':
      return `a list of ${type.length ?? 'one or more'}, each ${expectation(type.item)}`;
    case 'number': {
      const bounds = [
        type.minimum === undefined ? '' : `at least ${type.minimum}`,
        type.maximum === undefined ? '' : `at most ${type.maximum}`,
        type.below === undefined ? '' : `below ${type.below}`,
      ].filter(Boolean);
      return `${type.integer ? 'a whole number' : 'a number'} ${bounds.join(' and ')}`.trim();
    }
  }
}

function join(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

/** Line from 1, column from 0 in UTF-16 units. */
function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length };
}
