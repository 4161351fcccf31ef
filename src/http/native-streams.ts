import { Inject, Injectable } from '@nestjs/common';
import { of } from 'rxjs';
import { callerOf } from '../access/caller-of.js';
import { Flow } from '../core/flow.js';
import { SluiceError } from '../core/sluice-error.js';
import { parseCursor, type Cursor } from '../dialects/native/cursor.js';
import { decodeBody, decodeQuery } from '../dialects/native/decode-request.js';
import { nativeEncoder, nativeFormat } from '../dialects/native/native-format.js';
import { plainTextFormat } from '../dialects/plain-text/plain-text-format.js';
import { RelayService } from '../relay/relay.service.js';
import type { Exchange } from './exchange.js';
import type { FrameSource } from './frame-writer.js';
import { eventStreamHead, plainTextHead, type StreamHead } from './stream-head.js';
import { StreamOver } from './stream-over.js';
import { wantsPlainText } from './wants-plain-text.js';

/** A stream that waits for its handler. */
export interface NativeStream {
  readonly exchange: Exchange;
  readonly source: FrameSource;
  readonly head: StreamHead;
}

/** Opens the streams of `/stream` requests and keeps each until its handler takes it. */
@Injectable()
export class NativeStreams {
  readonly #streams = new WeakMap<object, NativeStream>();

  constructor(@Inject(RelayService) private readonly relay: RelayService) {}

  /** Throws what the caller should be told in place of a stream. */
  async open(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (request.method === 'HEAD') throw new SluiceError('method-not-allowed', 'Ask with GET or POST');
    const lastEventId = exchange.header('last-event-id') ?? exchange.query('lastEventId');
    const stream =
      lastEventId === undefined ? await this.#ask(exchange) : resume(exchange, parseCursor(lastEventId));
    this.#streams.set(request, stream);
  }

  /** The stream that was opened for a request. */
  of(request: object): NativeStream {
    const stream = this.#streams.get(request);
    if (stream === undefined) throw new Error('The stream guard did not run');
    return stream;
  }

  async #ask(exchange: Exchange): Promise<NativeStream> {
    const { request, isHttp11 } = exchange;
    const question = request.method === 'GET' ? decodeQuery(request.query) : decodeBody(request.body);
    const plain = wantsPlainText(exchange);
    const stream = await this.relay.open(question, {
      format: plain ? plainTextFormat : nativeFormat,
      caller: callerOf(request),
      signal: exchange.closing(),
    });
    return {
      exchange,
      source: stream,
      head: plain ? plainTextHead(stream, isHttp11) : eventStreamHead(stream, isHttp11),
    };
  }
}

/** A client that comes back is never answered by a second generation: one question is asked once. */
function resume(exchange: Exchange, { streamId, sequence, last }: Cursor): NativeStream {
  if (last) throw new StreamOver('The client has the whole stream');
  const gone = new SluiceError(
    'stream-gone',
    'The stream cannot be resumed; ask again if you still need the answer',
  );
  const frames = nativeEncoder(streamId, { next: sequence + 1 }).fail(gone) ?? [];
  return {
    exchange,
    source: { output: of(...frames), flow: new Flow() },
    head: eventStreamHead({ id: streamId }, exchange.isHttp11),
  };
}
