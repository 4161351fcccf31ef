/** What callers say to Sluice, and to Portkey, which hands it on; the other subjects ignore it. */
export const KEY = 'bench-caller-key';
/** Stands in a request for the upstream's port, which is known only when a run begins. */
export const UPSTREAM_PORT = '{{UPSTREAM_PORT}}';

const QUESTION = 'Write a haiku about a sluice gate.';
const CHAT_BODY = JSON.stringify({
  model: 'bench',
  stream: true,
  messages: [{ role: 'user', content: QUESTION }],
});

/**
 * The bytes of an OpenAI chat completion request.
 * @param {Record<string, string>} [headers] further ones
 */
export function chat(headers = {}) {
  return head('POST /v1/chat/completions', {
    'content-type': 'application/json',
    'content-length': String(CHAT_BODY.length),
    ...headers,
  }).concat(CHAT_BODY);
}

/**
 * The bytes of a request as EventSource makes it, with the question in the URL.
 * @param {Record<string, string>} [headers] further ones
 */
export function question(headers = {}) {
  return head(`GET /stream?content=${encodeURIComponent(QUESTION)}`, headers);
}

/** The same for a stream that Sluice does not keep: it ends with its connection, and no other subject knows the header. */
export function unkeptQuestion() {
  return question({ 'x-sluice-grace': '0' });
}

/**
 * @param {string} asked
 * @param {Record<string, string>} headers
 */
function head(asked, headers) {
  const all = { host: '127.0.0.1', authorization: `Bearer ${KEY}`, accept: 'text/event-stream', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${asked} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
