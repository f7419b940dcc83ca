/** @file A cheap look at a Python file's text, so that only files about models are ever executed. */

const importsTorch = /^[ \t]*(?:import|from)[ \t]+(?:torch|torchvision)\b/m;
const mentionsModule = /\b(?:Module|Sequential|torchvision\.models)\b/;

/** True where the text imports PyTorch and speaks of modules; a script that only uses tensors is left alone. */
export function looksLikeModelFile(text: string): boolean {
  return importsTorch.test(text) && mentionsModule.test(text);
}
