import type { CallerDialect } from '../../core/dialect/caller-dialect.js';
import type { ChatRequest } from '../../core/chat-request.js';
import type { DecodedCompletion, UpstreamDialect } from '../../core/dialect/upstream-dialect.js';
import { parseJson } from '../../core/json/parse-json.js';
import { SluiceError } from '../../core/sluice-error.js';
import type { AbortSignalLike } from '../../core/flow-control/abort-signal-like.js';
import { redactError } from '../../upstream/redaction/redact-error.js';
import { readCapped } from '../../upstream/response/read-capped.js';
import type { Target } from '../../routing/target.js';
import type { UpstreamResponse } from '../../upstream/response/upstream-response.js';
import type { UpstreamClient } from '../../upstream/upstream-client.js';
import { truncatedError } from '../../upstream/upstream-error.js';
import { forwardedHeaders } from '../../upstream/response/forwarded-headers.js';
import type { RelayCompletion } from '../relay-stream.js';

/** Objects, arrays and fields: a long answer with the probabilities of each token holds some hundreds of thousands. */
const MAX_COMPLETION_NODES = 500_000;

/** One question for a whole answer. */
export interface ReadCompletionOptions {
  readonly client: UpstreamClient;
  readonly target: Target;
  readonly key: string | undefined;
  readonly request: ChatRequest;
  readonly maxEventBytes: number;
  /** What its caller speaks, and the answer's id. */
  readonly caller: CompletionCaller;
}

/** The caller of a whole answer. */
export interface CompletionCaller {
  readonly id: string;
  /** Undefined if the caller takes the upstream's own bytes. */
  readonly dialect: CallerDialect | undefined;
}

/** A whole answer, and its reported usage. */
export interface Completion extends Pick<RelayCompletion, 'headers' | 'contentType' | 'body'> {
  readonly seen: DecodedCompletion;
}

/** Asks the target with `stream: false`. Aborting the signal closes the upstream before or within the body. */
export async function readCompletion(
  { client, target, key, request, maxEventBytes, caller }: ReadCompletionOptions,
  signal: AbortSignalLike,
): Promise<Completion> {
  const { upstream, dialect, model } = target;
  const { streamUsage, defaultTemperature } = upstream;
  const prompt = dialect.encodeRequest(request, {
    model,
    streaming: false,
    streamUsage,
    defaultTemperature,
  });
  // The headers of a whole answer come when it is complete: the time of the answer bounds it.
  const response = await client.post({
    upstream,
    dialect,
    model,
    key,
    body: prompt,
    streaming: false,
    timeoutMs: 0,
    signal,
  });
  const body = await readBody(response, maxEventBytes, signal, () => truncatedError(upstream));
  if (body === undefined) {
    throw new SluiceError(
      'upstream-error',
      `The upstream sent an answer of more than ${maxEventBytes} bytes`,
      { retryable: false },
    );
  }
  const json = parse(body);
  const seen = dialect.decodeCompletion(json);
  if (seen.error !== undefined) throw redactError(seen.error, upstream, response.headers);
  const contentType = response.headers['content-type'] ?? 'application/json';
  const encoded = translated(caller, dialect, { json, model: seen.model }) ?? { contentType, body };
  return { headers: forwardedHeaders(response.headers), ...encoded, seen };
}

/** The answer in its caller's dialect; undefined where the upstream's own bytes are what it takes. */
function translated(
  { id, dialect }: CompletionCaller,
  upstream: UpstreamDialect,
  { json, model }: { readonly json: unknown; readonly model: string | undefined },
): Pick<Completion, 'contentType' | 'body'> | undefined {
  if (dialect === undefined || dialect.name === upstream.name) return undefined;
  const { contentType, body } = dialect.encodeCompletion(upstream.completionParts(json), { id, model });
  return { contentType, body: Buffer.from(body) };
}

async function readBody(
  response: UpstreamResponse,
  maxBytes: number,
  signal: AbortSignalLike,
  cut: () => Error,
): Promise<Buffer | undefined> {
  const onAbort = () => response.destroy();
  signal.addEventListener('abort', onAbort);
  try {
    return withoutBom(await readCapped(response, maxBytes));
  } catch {
    throw signal.aborted ? signal.reason : cut();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const BOM = Buffer.from('\ufeff');

/** JSON must not begin with a mark (RFC 8259 8.1), and not every client reads one that does. */
function withoutBom(body: Buffer | undefined): Buffer | undefined {
  return body?.subarray(0, BOM.length).equals(BOM) === true ? body.subarray(BOM.length) : body;
}

function parse(body: Buffer): unknown {
  const json = parseJson(body.toString('utf8'), MAX_COMPLETION_NODES);
  if (json !== undefined) return json;
  throw new SluiceError('upstream-error', 'The upstream answered with something that is no JSON');
}
