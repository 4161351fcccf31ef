import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SluiceError } from '../../core/sluice-error.js';
import { errorResponse } from '../../http/errors/error-response.js';
import { errorBodyOfPath } from '../../http/errors/error-body-of-path.js';
import { HttpExchange } from '../../http/request/http-exchange.js';

/** What Node's HTTP parser says of the bytes that it does not take. Source: Node.js, Event 'clientError'. */
interface ParserError extends Error {
  readonly code?: string;
  readonly bytesParsed?: number;
  /** The last bytes that came, those of the error among them. */
  readonly rawPacket?: Buffer;
}

/** A request line within a packet. */
const REQUEST_LINE = /^[A-Z-]+ +(\/\S*|[a-z]+:\/\/\S+)/gim;

/**
 * Answers, in the dialect of its path, what Node's HTTP parser refuses before it is a request: bytes that are no HTTP,
 * a head that is too large or too slow, an expectation that is not met. Takes the place of Fastify's own answers.
 * Where an answer on the connection has begun, the connection breaks off: more bytes would be read as its rest.
 */
export function answerMalformed(server: Server): void {
  const open = new WeakMap<Socket, readonly ServerResponse[]>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const others = open.get(socket)?.filter(({ writableEnded }) => !writableEnded) ?? [];
    open.set(socket, [...others, response]);
  });
  server.removeAllListeners('clientError');
  server.on('clientError', (cause: ParserError, socket: Socket) => {
    const responses = open.get(socket) ?? [];
    const isAnswering = responses.some(({ headersSent, writableEnded }) => headersSent && !writableEnded);
    if (cause.code !== 'ECONNRESET' && socket.writable && !isAnswering) {
      socket.write(responseText(errorOf(cause), pathIn(cause) ?? responses.at(-1)?.req.url ?? ''));
    }
    socket.destroy();
  });
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const { url = '', method = '', headers } = request;
    const error = new SluiceError('invalid-request', 'Expect only 100-continue', { status: 417 });
    const answer = errorResponse(error, errorBodyOfPath(url));
    new HttpExchange({ url, method, headers }, response).send(error.status, answer.headers, answer.body);
  });
}

function errorOf({ code }: ParserError): SluiceError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new SluiceError('invalid-request', 'The URL and the headers are too large', { status: 431 });
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new SluiceError('request-too-large', 'The extensions of the body’s chunks are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new SluiceError('request-timeout', 'The request did not come in time');
    case 'HPE_INVALID_METHOD':
      return new SluiceError('invalid-request', 'The request method is unknown');
    default:
      return new SluiceError('invalid-request', 'The request is not valid HTTP/1.1');
  }
}

/** The path of the request that failed, if its line is among the last bytes. */
function pathIn({ rawPacket, bytesParsed = 0 }: ParserError): string | undefined {
  let path: string | undefined;
  for (const line of rawPacket?.toString('latin1').matchAll(REQUEST_LINE) ?? []) {
    if (line.index <= bytesParsed) path = line[1];
  }
  return path;
}

function responseText(error: SluiceError, path: string): string {
  const { status } = error;
  const { headers, body } = errorResponse(error, errorBodyOfPath(path));
  const all = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
