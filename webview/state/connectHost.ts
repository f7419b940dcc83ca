/** @file The line to the extension host, and the little that survives a reload of the page. */
import type { PredictionJob, TrainingJob } from '../../src/core/runs/job';
import { connect } from '../../src/protocol/connection';
import type { HostApi, PanelApi } from '../../src/protocol/messages';
import type { EventHost } from './sendEvents';

export type Host = HostApi<TrainingJob, PredictionJob>;
export type Panel = PanelApi<PredictionJob>;

/** All that VS Code keeps for the page. Seconds of it may be lost, so nothing else belongs here. */
export interface KeptState {
  readonly runId: string;
  readonly step: number;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface HostConnection {
  readonly host: Host;
  /** The part that carries a run's events. */
  readonly eventHost: EventHost;
  kept(): KeptState | null;
  keep(state: KeptState): void;
}

/** May be called once a page: `acquireVsCodeApi` throws the second time. */
export function connectHost(panel: Panel): HostConnection {
  const api = acquireVsCodeApi();
  const remote = connect<Host, Panel>(panel, {
    post: (message) => api.postMessage(message),
    on: (listener) => window.addEventListener('message', (event) => listener(event.data)),
  });
  return {
    host: remote,
    eventHost: {
      piece: (piece) => void remote.piece.asEvent(piece),
      events: (runId, firstNumber, events) => remote.events(runId, firstNumber, events),
    },
    kept: () => api.getState() ?? null,
    keep: (state) => api.setState(state),
  };
}
