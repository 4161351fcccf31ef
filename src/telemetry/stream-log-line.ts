import type { StreamEnded } from '../core/relay-event.js';

/** The one log line of a stream: what it cost and how it ended, never what was said. */
export function streamLogLine(event: StreamEnded): Record<string, unknown> {
  const { stream, outcome, target, attempts, ttftMs, durationMs, usage, bytes, events, error } = event;
  return {
    msg: 'stream ended',
    id: stream.id,
    route: stream.route,
    target,
    caller: stream.caller,
    streaming: stream.streaming,
    outcome,
    ...(error !== undefined && { code: error.code }),
    attempts,
    ttftMs: round(ttftMs),
    durationMs: round(durationMs),
    promptTokens: usage?.promptTokens,
    completionTokens: usage?.completionTokens,
    ...(event.usageEstimated && { usageEstimated: true }),
    bytes,
    events,
  };
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
