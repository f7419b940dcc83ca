/**
 * @file Notices when Python, through the proxies it has, changed what all code of the realm rests on. What is read here is
 * captured before any file ran.
 */

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { is } = Object;

interface Seen {
  readonly owner: object;
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
}

/** @returns what tells whether all is as it was */
export function watchPrimordials(): () => boolean {
  const seen: Seen[] = [];
  const iterator = getPrototypeOf(getPrototypeOf([][Symbol.iterator]())!)!;
  const owners: object[] = [
    ...[Object, Function, Array, String, Number, Boolean, Symbol, Map, Set, WeakMap, Promise, RegExp],
    ...[Error, TypeError, RangeError, ArrayBuffer, DataView, Uint8Array, Proxy, BigInt],
  ].flatMap((each) => [each, each.prototype as object | undefined].filter((owner) => owner !== undefined));
  owners.push(
    JSON,
    Math,
    Reflect,
    iterator,
    getPrototypeOf([][Symbol.iterator]())!,
    getPrototypeOf(Uint8Array)!,
  );
  for (const owner of owners) {
    const keys = ownKeys(owner);
    seen.push({ owner, keys, values: keys.map((key) => held(owner, key)) });
  }
  return () => {
    // Plain loops: iterators are among what may have been changed.
    for (let i = 0; i < seen.length; i++) {
      const { owner, keys, values } = seen[i]!;
      if (ownKeys(owner).length !== keys.length) return false;
      for (let k = 0; k < keys.length; k++) if (!is(held(owner, keys[k]!), values[k])) return false;
    }
    return true;
  };
}

/** A getter stands for itself. */
function held(owner: object, key: PropertyKey): unknown {
  const descriptor = getOwnPropertyDescriptor(owner, key);
  return descriptor && (descriptor.get ?? descriptor.value);
}
