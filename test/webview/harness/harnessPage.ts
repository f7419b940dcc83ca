/** @file Stands in for VS Code in a plain browser page: theme tokens, `acquireVsCodeApi`, a host that plays a scene. */
import type { PredictionJob, TrainingJob } from '../../../src/core/runs/job';
import { connect } from '../../../src/protocol/connection';
import type { HostApi, PanelApi } from '../../../src/protocol/messages';
import { previewRequest, snapshots, trainingJob } from './scenes';
import { themes } from './themes';

type Host = HostApi<TrainingJob, PredictionJob>;

const query = new URLSearchParams(location.search);
const scene = query.get('scene') ?? 'architecture';
const theme = themes[query.get('theme') ?? 'dark']!;
for (const [name, value] of Object.entries(theme.tokens))
  document.documentElement.style.setProperty(`--vscode-${name}`, value);
document.body.className = theme.kind;

/** What the page asked for, for scripts to look at. */
const asked: string[] = [];
const toHost: ((message: unknown) => void)[] = [];
Object.assign(window, {
  asked,
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => {
      for (const listener of toHost) listener(structuredClone(message));
    },
    getState: () => undefined,
    setState: () => undefined,
  }),
});

const host: Host = {
  hello: async () => {
    if (scene === 'preview' || scene === 'classes')
      setTimeout(() => void panel.preview(previewRequest(scene === 'classes')), 50);
    if (scene === 'architecture') setTimeout(() => void panel.cursor('seed_unet.py', 55), 50);
    return snapshots[scene]!;
  },
  start: async () => ({ ok: { job: trainingJob, datasetUri: 'dataset' } }),
  resumeRun: async () => ({ ok: { job: trainingJob, datasetUri: 'dataset' } }),
  piece: async () => undefined,
  events: async (_, first, events) => {
    asked.push(`events ${first} +${events.length}`);
    return { received: first + events.length - 1 };
  },
  reveal: async (file, line) => {
    asked.push(`reveal ${file}:${line}`);
  },
  saveExperiment: async () => ({ ok: 'unet.cnnlab.json' }),
  openRunFolder: async () => {
    asked.push('openRunFolder');
  },
  deviceFound: async () => undefined,
  previewWith: async () => ({ error: 'That run has no weights.', hint: 'Train it to its first epoch.' }),
  command: async (name) => {
    asked.push(`command ${name}`);
  },
  log: async (level, message) => {
    asked.push(`${level}: ${message}`);
  },
};

const panel = connect<PanelApi<PredictionJob>, Host>(host, {
  post: (message) => window.postMessage(structuredClone(message)),
  on: (listener) => toHost.push(listener),
});

/** For scripts that show what no scene has. */
Object.assign(window, { panelForScripts: panel });
