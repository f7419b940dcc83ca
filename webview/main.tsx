/** @file Entry of the panel's page: reads where its resources are, connects to the host, draws. */
import './main.css';
import { render } from 'preact';
import type { PanelResources } from '../src/protocol/messages';
import { Page } from './page';
import { Session } from './state/session';

const resources: PanelResources = JSON.parse(document.getElementById('cnn-lab-resources')?.textContent ?? '');
const session = new Session({ worker: resources.engineWorker, ortWasm: resources.ortWasm });

// What nobody caught must not vanish in a console that no user opens.
window.addEventListener(
  'error',
  (event) => void session.host.log('error', String(event.error ?? event.message)),
);
window.addEventListener(
  'unhandledrejection',
  (event) => void session.host.log('error', String(event.reason)),
);

render(<Page session={session} />, document.getElementById('root')!);
void session.hello();
