import { pieces } from './pieces.js';
import type { Script } from './script.js';

/** A status that is no success, with a body in OpenAI's shape unless another is given. */
export function refuses(
  status: number,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Script {
  const body = options.body ?? { error: { message: `refused with ${status}`, type: 'error', code: null } };
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { 'content-type': 'application/json', ...options.headers };
  return { status, headers, steps: () => [{ do: 'write', bytes }] };
}

/** Breaks the connection off instead of answering. */
export function resets(): Script {
  return { status: undefined, headers: {}, steps: () => [{ do: 'cut' }] };
}

/** Takes the request and never answers. */
export function ignores(): Script {
  return { status: undefined, headers: {}, steps: () => [{ do: 'stall' }] };
}

/** Sends recorded bytes as they are, in writes of `bytesPerWrite`. */
export function replays(producer: Buffer, bytesPerWrite = producer.length): Script {
  return {
    status: 200,
    headers: {},
    steps: () => pieces(producer, bytesPerWrite).map((bytes) => ({ do: 'write', bytes })),
  };
}
