/** @file The page: one header, tabs in the order of the work, and the view of the chosen one. */
import { ArchitectureView } from './diagram/architectureView';
import { Icon } from './parts/icon';
import { Tabs } from './parts/tabs';
import { PreviewView } from './preview/previewView';
import { RunHeader } from './runHeader';
import type { Session, View } from './state/session';
import { TrainView } from './train/trainView';

const architectureTab = { id: 'architecture', label: 'Architecture' } as const;
const trainTab = { id: 'train', label: 'Train' } as const;
const previewTab = { id: 'preview', label: 'Preview' } as const;

export function Page({ session }: { readonly session: Session }) {
  const view = session.view.value;
  if (!session.connected.value) {
    return (
      <p class="connecting muted" role="status">
        <Icon name="loading" spin /> Connecting to the editor…
      </p>
    );
  }
  const asked = view === 'preview' || session.preview.request.value !== null;
  const tabs: { readonly id: View; readonly label: string }[] = [architectureTab, trainTab];
  if (asked) tabs.push(previewTab);
  return (
    <>
      <header class="header">
        <RunHeader session={session} />
        <Tabs
          tabs={tabs}
          selected={view}
          onSelect={(id) => {
            session.view.value = id;
          }}
        />
      </header>
      <div id={`panel-${view}`} role="tabpanel" aria-labelledby={`tab-${view}`} class={`view view-${view}`}>
        {view === 'architecture' && <ArchitectureView session={session} />}
        {view === 'train' && <TrainView session={session} />}
        {view === 'preview' && <PreviewView session={session} />}
      </div>
    </>
  );
}
