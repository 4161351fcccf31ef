import type { FrameBytes } from '../frame-bytes.js';
import type { CallerDialect } from './caller-dialect.js';
import type { FormatContext, StreamFormat } from './stream-format.js';
import type { Transcoder } from './transcoder.js';
import { translate } from './translate.js';
import type { UpstreamDialect } from './upstream-dialect.js';

/** A caller's dialect as the format of its stream: events pass through where the upstream speaks the same, and are translated else. */
export function formatOf(caller: CallerDialect): StreamFormat<FrameBytes> {
  return (upstream, context) =>
    passThrough(caller, upstream, context) ?? translate(upstream.decoder(), caller.encoder(context));
}

function passThrough(
  caller: CallerDialect,
  upstream: UpstreamDialect,
  { request, continued }: FormatContext,
): Transcoder<FrameBytes> | undefined {
  if (caller.name !== upstream.name) return undefined;
  return continued === undefined
    ? upstream.passThrough?.(request)
    : upstream.continuation?.passThrough?.(request, continued);
}
