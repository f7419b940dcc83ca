/** @file The one transport between extension host and panel: birpc over the two ends of `postMessage`. */
import { type BirpcReturn, createBirpc } from 'birpc';

/** One end of a webview's message channel; payloads are structured-cloneable, with `Uint8Array` passed as is. */
export interface MessageChannelEnd {
  post(message: unknown): unknown;
  on(listener: (message: unknown) => void): unknown;
}

/** What is ours to call at the other end, plus birpc's own `$close`. */
export type Remote<Api extends object> = BirpcReturn<Api, object>;

/** The host's half of the channel is JSON with typed arrays, in which an Error would arrive as `{}`. */
function withPlainError(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('e' in message)) return message;
  return message.e instanceof Error ? { ...message, e: { message: message.e.message } } : message;
}

function withRealError(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('e' in message)) return message;
  const failure = message.e;
  if (typeof failure !== 'object' || failure === null || !('message' in failure)) return message;
  return { ...message, e: new Error(String(failure.message)) };
}

/**
 * Offers `local` to the other end and returns a stub of what the other end offers (`remote.name(…)` for an answer,
 * `remote.name.asEvent(…)` for none). A call whose answer never comes stays pending until `$close()`: the other end
 * may be a page that the user has moved to another window, and a run lasts for hours, so that a timeout would only
 * turn silence into noise.
 */
export function connect<RemoteApi extends object, LocalApi extends object>(
  local: LocalApi,
  channel: MessageChannelEnd,
): Remote<RemoteApi> {
  return createBirpc<RemoteApi, LocalApi>(local, {
    post: async (message) => {
      channel.post(message);
    },
    on: async (listener) => {
      channel.on(listener);
    },
    serialize: withPlainError,
    deserialize: withRealError,
    bind: 'functions',
    timeout: -1,
  }) as Remote<RemoteApi>;
}
