/** @file Whether a file speaks of what is inside our Python: then that Python serves nobody else. */

/**
 * Python notices when our torch or its own library was changed, but a file that knows how it notices can deceive it. No
 * model has any business with these names, so a false alarm is rare and costs half a second.
 */
const INSIDE = new RegExp(
  [
    /(?:from|import)\s+cnnlab|\bisolation\b|\bintegrity\b|_recorder\b|\b_frames\b|pyodide/,
    /\bctypes\b|\b_ctypes\b|\bget_objects\b|\bget_referrers\b|__subclasses__|\bf_back\b|\bf_globals\b|\bco_code\b/,
    /\basyncio\b|\bmonitoring\b|\baddaudithook\b|\bsettrace\b|\bsetprofile\b/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

export function reachesInside(files: Readonly<Record<string, string>>): boolean {
  return Object.values(files).some((text) => INSIDE.test(text));
}
