/** @file The edit that takes one function or layer out: `F.softmax(x, 1)` → `x`, or an element of a container's call. */
import type { Fix, SourceRange } from '../graph/tracedModel';
import type { ModelSource } from './modelSource';
import { codeOnly, offsetsOf } from './pythonText';

/** What stands before a function or a layer of one's own, in contrast to a tensor. */
const NAMESPACE = /^(F|(torch|nn|functional)(\.nn)?(\.functional)?|self(\.\w+)*)$/;

export function removalOf(place: SourceRange, source: ModelSource): Fix | null {
  const text = source.text(place.file);
  const { start, end } = offsetsOf(text, place);
  const call = source.call(place);
  if (!call) return null;
  const [owner, name] = splitCallee(call.callee);
  // A call that only somewhere inside applies the function is not what is to go.
  if (!/soft_?max|sigmoid|relu|act/i.test(name)) return null;
  const title = `Remove ${NAMESPACE.test(owner) ? call.callee : name}`;
  if (/^[A-Z]/.test(name)) {
    const stretch = elementStretch(text, start, end);
    return stretch && { title, edits: [source.edit(place.file, stretch.start, stretch.end, '')] };
  }
  const isMethod =
    owner !== '' && !NAMESPACE.test(owner) && /^(softmax|log_softmax|sigmoid|relu)$/.test(name);
  const inner = isMethod ? owner : call.args[0] && text.slice(call.args[0].start, call.args[0].end);
  if (!inner || /^\*|^\w+\s*=[^=]/.test(inner)) return null;
  return { title, edits: [source.edit(place.file, start, end, inner)] };
}

function splitCallee(callee: string): [owner: string, name: string] {
  const dot = callee.lastIndexOf('.');
  return [callee.slice(0, Math.max(0, dot)), callee.slice(dot + 1)];
}

/** An argument with the comma before it, else the one behind it; null where comments stand between. */
function elementStretch(text: string, start: number, end: number): { start: number; end: number } | null {
  const before = /,(\s*)$/.exec(text.slice(0, start));
  if (before) {
    const from = start - before[0].length;
    const isCode = codeOnly(text.slice(0, start))[from] === ',';
    if (isCode) return { start: from, end };
  }
  const after = /^\s*,\s*/.exec(text.slice(end));
  return after && /[([]\s*$/.test(text.slice(0, start)) ? { start, end: end + after[0].length } : null;
}
