/** @file The Architecture tab: what tracing complained about, the model in one line of numbers, and its diagram. */
import { useMemo } from 'preact/hooks';
import type { Diagnostic, TracedModel, TypeTree } from '../../src/core/graph/tracedModel';
import { EmptyState } from '../parts/emptyState';
import { formatCount } from '../parts/formatNumber';
import { Icon } from '../parts/icon';
import type { Session } from '../state/session';
import { Diagram } from './diagram';

export function ArchitectureView({ session }: { readonly session: Session }) {
  const view = session.architecture.value;
  const model = view?.model;
  const traced = model?.graphs[0];
  const parameters = useMemo(() => (model ? parameterCount(model) : 0), [model]);
  if (!view || !model) {
    return (
      <EmptyState
        icon="type-hierarchy"
        text="Open a PyTorch model file to see its layers and shapes as a diagram."
        action="Show Architecture…"
        onAction={() => session.command('showArchitecture')}
      />
    );
  }
  const failed = view.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  return (
    <div class="architecture">
      {view.diagnostics.length > 0 && (
        <ul class="diagnostics" aria-label="Problems">
          {view.diagnostics.map((diagnostic) => (
            <DiagnosticRow
              key={`${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`}
              diagnostic={diagnostic}
              onReveal={() => session.reveal(diagnostic.file, diagnostic.line, diagnostic.column)}
            />
          ))}
        </ul>
      )}
      {traced ? (
        <>
          <p class="model-line">
            <b>{formatCount(parameters)}</b> parameters
            <span class="muted">
              {' · input '}
              {traced.inputs.map((input) => input.shape.join('×')).join(', ')}
              {' · output '}
              {typeText(traced.output)}
            </span>
          </p>
          <div class={failed ? 'diagram-frame dimmed' : 'diagram-frame'}>
            <Diagram session={session} model={model} traced={traced} />
          </div>
        </>
      ) : (
        <p class="muted">The model could not be traced; the problems above say where.</p>
      )}
    </div>
  );
}

function DiagnosticRow({ diagnostic, onReveal }: { diagnostic: Diagnostic; onReveal: () => void }) {
  const icon = { error: 'error', warning: 'warning', information: 'info' }[diagnostic.severity];
  return (
    <li class={`notice notice-${diagnostic.severity === 'information' ? 'info' : diagnostic.severity}`}>
      <Icon name={icon} />
      <div>
        <div>
          {diagnostic.message}{' '}
          <button type="button" class="link" onClick={onReveal}>
            line {diagnostic.line}
          </button>
        </div>
        {diagnostic.hint && <div class="muted">{diagnostic.hint}</div>}
      </div>
    </li>
  );
}

function parameterCount(model: TracedModel): number {
  return model.state
    .filter((entry) => entry.kind === 'parameter')
    .reduce((sum, entry) => sum + entry.shape.reduce((product, size) => product * size, 1), 0);
}

function typeText(tree: TypeTree): string {
  if (tree === null) return 'None';
  if ('shape' in tree) return tree.shape.join('×') || 'scalar';
  const parts = 'tuple' in tree ? tree.tuple : 'list' in tree ? tree.list : Object.values(tree.dict);
  return `(${parts.map(typeText).join(', ')})`;
}
