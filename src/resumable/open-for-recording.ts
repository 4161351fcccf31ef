import type { Caller, ChatRequest } from '../core/chat-request.js';
import type { StreamFormat } from '../core/dialect/stream-format.js';
import type { FrameBytes } from '../core/frame-bytes.js';
import type { AbortSignalLike, LightAbortController } from '../core/flow-control/abort-signal-like.js';
import { SluiceError } from '../core/sluice-error.js';
import type { OpenOptions, RelayStream } from '../relay/relay-stream.js';
import type { RelayService } from '../relay/relay.service.js';

/** Holds what a request is made of; what it gives lets go of it, once. */
export type HoldRequest = () => () => void;

/** How a stream that is recorded is opened. */
export interface RecordedOpenOptions {
  readonly format: StreamFormat<FrameBytes>;
  readonly caller: Caller;
  /** Aborted when the caller leaves; that ends the stream only while it has no id yet. */
  readonly signal?: AbortSignalLike | undefined;
  /** The stream runs without any reader, and without waiting for its first content. @default false */
  readonly detached?: boolean;
  /** Called once, when the stream is over. */
  readonly onEnded?: NonNullable<OpenOptions['onEnded']>;
  /** Holds what the caller sent, for as long as the stream may ask a model with it. @default nothing is held */
  readonly hold?: HoldRequest | undefined;
}

/** Opens a stream that outlives its caller, whose leaving aborts it only as long as it has no id. It holds its request to its end. */
export async function openForRecording(
  relay: RelayService,
  request: ChatRequest,
  { format, caller, signal, onEnded, hold, detached = false }: RecordedOpenOptions,
  control: LightAbortController,
): Promise<RelayStream<FrameBytes>> {
  const onLeft = () => control.abort(new SluiceError('client-gone', 'The caller left'));
  signal?.addEventListener('abort', onLeft);
  if (signal?.aborted) onLeft();
  const release = hold?.();
  try {
    return await relay.open(request, {
      format,
      caller,
      signal: control,
      onEnded: (outcome, finishReason) => {
        release?.();
        onEnded?.(outcome, finishReason);
      },
      deliverEndAfterDisconnect: true,
      ...(detached && { headWaitMs: 0 }),
    });
  } catch (error) {
    // What was refused before it was a stream has no end.
    release?.();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onLeft);
  }
}
