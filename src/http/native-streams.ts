import { Inject, Injectable } from '@nestjs/common';
import { catchError, of, throwError } from 'rxjs';
import { callerOf } from '../access/caller-of.js';
import type { Caller } from '../core/chat-request.js';
import { Flow } from '../core/flow.js';
import { SluiceError } from '../core/sluice-error.js';
import type { StopSignal } from '../core/stop-signal.js';
import { parseCursor, type Cursor } from '../dialects/native/cursor.js';
import { decodeBody, decodeQuery } from '../dialects/native/decode-request.js';
import { nativeEncoder, nativeFormat } from '../dialects/native/native-format.js';
import { plainTextFormat } from '../dialects/plain-text/plain-text-format.js';
import { OnceStreams } from '../relay/once-streams.js';
import { nextOf, ownerOf, RecordedStreams } from '../relay/recorded-streams.js';
import { RelayService } from '../relay/relay.service.js';
import type { LoggedStream } from '../streams/stream-log.js';
import { comeAgain } from './come-again.js';
import type { Exchange } from './exchange.js';
import type { FrameSource } from './frame-writer.js';
import { eventStreamHead, plainTextHead, type StreamHead } from './stream-head.js';
import { readOnce } from './read-once.js';
import { readGrace } from './read-grace.js';
import { StreamOver } from './stream-over.js';
import { lastEventIdOf } from './stream-requests.js';
import { wantsPlainText } from './wants-plain-text.js';

/** A stream that waits for its handler. */
export interface NativeStream {
  readonly exchange: Exchange;
  readonly source: FrameSource;
  readonly head: StreamHead;
}

/** How long a native stream goes on without a reader, in seconds: EventSource comes back within a few. */
const GRACE_SECONDS = 30;

/** Opens the streams of `/stream` requests and keeps each until its handler takes it. */
@Injectable()
export class NativeStreams {
  readonly #streams = new WeakMap<object, NativeStream>();

  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(RecordedStreams) private readonly recorded: RecordedStreams,
    @Inject(OnceStreams) private readonly once: OnceStreams,
  ) {}

  /** Throws what the caller should be told in place of a stream. */
  async open(exchange: Exchange): Promise<void> {
    const { request } = exchange;
    if (request.method === 'HEAD') throw new SluiceError('method-not-allowed', 'Ask with GET or POST');
    const lastEventId = lastEventIdOf(exchange);
    const stream =
      lastEventId === undefined
        ? await this.#ask(exchange)
        : await this.#resume(exchange, parseCursor(lastEventId));
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
    if (wantsPlainText(exchange)) {
      const stream = await this.relay.open(question, { format: plainTextFormat, ...askedBy(exchange) });
      return { exchange, source: stream, head: plainTextHead(stream, isHttp11) };
    }
    const grace = { askedGrace: readGrace(exchange.header('x-sluice-grace')), graceSeconds: GRACE_SECONDS };
    const once = readOnce(exchange, request.method === 'GET' ? request.query : request.body);
    if (once?.key === undefined && this.recorded.graceOf(question, grace) === 0) {
      const stream = await this.relay.open(question, { format: nativeFormat, ...askedBy(exchange) });
      return { exchange, source: stream, head: eventStreamHead(stream, isHttp11) };
    }
    const asked = askedBy(exchange);
    const recording = { format: nativeFormat, dialect: 'native', ...grace, ...asked } as const;
    const stream = await (once === undefined
      ? this.recorded.open(question, recording)
      : this.once.open(once, question, recording));
    return { exchange, source: stream.read(0, asked.signal), head: eventStreamHead(stream, isHttp11) };
  }

  /** A client that comes back is never answered by a second generation: one question is asked once. */
  async #resume(exchange: Exchange, { streamId, sequence, last }: Cursor): Promise<NativeStream> {
    if (last) throw new StreamOver('The client has the whole stream');
    const head = eventStreamHead({ id: streamId }, exchange.isHttp11);
    try {
      const stream = await this.#find(exchange, streamId);
      if (stream?.dialect !== 'native') return { exchange, source: gone(streamId, sequence), head };
      const next = nextOf(stream, sequence + 1);
      if (next === undefined) throw new StreamOver('The client has the whole stream');
      const source = this.recorded.read(streamId, next, exchange.closing());
      return { exchange, source: orGone(source, streamId, sequence), head };
    } catch (error) {
      return { exchange, source: comeAgain(exchange, error), head };
    }
  }

  async #find({ request }: Exchange, streamId: string): Promise<LoggedStream | undefined> {
    try {
      return await this.recorded.find(streamId, ownerOf(callerOf(request)));
    } catch (error) {
      if (SluiceError.from(error).code === 'stream-log-unavailable') throw error;
      return undefined;
    }
  }
}

function askedBy(exchange: Exchange): { readonly caller: Caller; readonly signal: StopSignal } {
  return { caller: callerOf(exchange.request), signal: exchange.closing() };
}

/** EventSource gives up at any status that is no success, and shows nothing of it: what is gone is told in a frame. */
function gone(streamId: string, sequence: number): FrameSource {
  const error = new SluiceError(
    'stream-gone',
    'The stream cannot be resumed; ask again if you still need the answer',
  );
  const frames = nativeEncoder(streamId, { next: sequence + 1 }).fail(error) ?? [];
  return { output: of(...frames), flow: new Flow() };
}

/** Any other failure is a connection that breaks off: the client comes back, and may find the stream elsewhere. */
function orGone({ output, flow }: FrameSource, streamId: string, sequence: number): FrameSource {
  const orRethrown = (error: unknown) => {
    if (SluiceError.from(error).code === 'stream-gone') return gone(streamId, sequence).output;
    return throwError(() => error);
  };
  return { output: output.pipe(catchError(orRethrown)), flow };
}
