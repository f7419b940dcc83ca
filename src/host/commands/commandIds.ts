/** @file Every command of the extension, in one place; a test holds this list and package.json together. */

/** Commands that package.json contributes: they have a title, and may stand in menus. */
export const commandIds = {
  trainModel: 'cnnLab.trainModel',
  previewSegmentation: 'cnnLab.previewSegmentation',
  showArchitecture: 'cnnLab.showArchitecture',
  setInput: 'cnnLab.setInput',
  createSampleProject: 'cnnLab.createSampleProject',
  openPanel: 'cnnLab.openPanel',
  pauseTraining: 'cnnLab.pauseTraining',
  resumeTraining: 'cnnLab.resumeTraining',
  stopTraining: 'cnnLab.stopTraining',
  openExperiment: 'cnnLab.openExperiment',
  showOutput: 'cnnLab.showOutput',
  openModel: 'cnnLab.openModel',
  refreshModels: 'cnnLab.refreshModels',
  showRun: 'cnnLab.showRun',
  resumeRun: 'cnnLab.resumeRun',
  previewWithRun: 'cnnLab.previewWithRun',
  revealRunFolder: 'cnnLab.revealRunFolder',
  deleteRun: 'cnnLab.deleteRun',
  refreshRuns: 'cnnLab.refreshRuns',
  disableLint: 'cnnLab.disableLint',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** Keys for `when` clauses that the extension sets. */
export const contextKeys = {
  /** 'idle', 'running' or 'paused'. */
  training: 'cnnLab.training',
  /** True while the active editor shows a Python file that defines models. */
  modelFile: 'cnnLab.modelFile',
  hasRuns: 'cnnLab.hasRuns',
} as const;

export const viewIds = { models: 'cnnLab.models', runs: 'cnnLab.runs' } as const;

export const panelViewType = 'cnnLab.panel';
