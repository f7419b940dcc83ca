/** @file Letting messages in between steps. */

/**
 * Resolves in a later macrotask, after waiting messages were delivered. Unlike nested timers it is not held back
 * to 4 ms, and unlike animation frames it goes on in hidden pages.
 */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
