import { readStream } from './read-stream.js';

/**
 * What a tab needs to read a stream and to stop it.
 * @typedef {{ readonly id: string, readonly ticket: string }} Stream
 */

const RUNNING = new Set(['live', 'reconnecting']);

const page = {
  ask: element('ask', HTMLFormElement),
  question: element('question', HTMLInputElement),
  start: element('start', HTMLButtonElement),
  state: element('state', HTMLElement),
  reconnects: element('reconnects', HTMLElement),
  lastEventId: element('last-event-id', HTMLElement),
  error: element('error', HTMLElement),
  text: element('text', HTMLElement),
  cut: element('cut', HTMLButtonElement),
  stop: element('stop', HTMLButtonElement),
  secondTab: element('second-tab', HTMLAnchorElement),
};

/** What Stop stops. */
let address = '';

page.ask.addEventListener('submit', (event) => {
  event.preventDefault();
  void start(page.question.value);
});
page.cut.addEventListener('click', () => void cut());
page.stop.addEventListener('click', () => void stop());
// Somebody pasted another tab's address here.
window.addEventListener('hashchange', () => location.reload());
const joined = streamIn(location.hash);
if (joined !== undefined) read(joined);

/** @param {string} content */
async function start(content) {
  clear();
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await ask('/v1/streams', { method: 'POST', headers, body: JSON.stringify({ content }) });
    /** @type {Stream} */
    const stream = await answer.json();
    // Who loads the page again joins the stream again.
    history.replaceState(null, '', hashOf(stream));
    read(stream);
  } catch (error) {
    show('failed', messageOf(error));
  }
}

/** Joins a stream from its beginning. @param {Stream} stream */
function read(stream) {
  clear();
  const path = `/v1/streams/${encodeURIComponent(stream.id)}`;
  const query = `?ticket=${encodeURIComponent(stream.ticket)}`;
  address = path + query;
  page.secondTab.href = hashOf(stream);
  page.secondTab.hidden = false;
  let reconnects = -1;
  let piece = document.createElement('span');
  readStream(address, {
    onLive() {
      reconnects += 1;
      page.reconnects.textContent = String(reconnects);
      piece = document.createElement('span');
      show('live');
    },
    onAway: () => show('reconnecting'),
    onText(text, lastEventId) {
      page.lastEventId.textContent = lastEventId;
      if (text !== '') write(text, piece);
    },
    onEnd({ state, message }, lastEventId) {
      page.lastEventId.textContent = lastEventId;
      show(state, message);
    },
    // EventSource does not say why; the same question by fetch does.
    onRefused: () =>
      void ask(`${path}/result${query}`).then(
        () => show('failed', 'The gateway closed the connection.'),
        (error) => show('failed', messageOf(error)),
      ),
  });
}

async function cut() {
  try {
    await ask('/cut', { method: 'POST' });
  } catch (error) {
    complain(messageOf(error));
  }
}

/** The end itself comes as the last frame, to this tab as to the others. */
async function stop() {
  page.stop.disabled = true;
  try {
    await ask(address, { method: 'DELETE' });
  } catch (error) {
    page.stop.disabled = false;
    complain(messageOf(error));
  }
}

/**
 * Resolves with an answer that is a success; rejects with what the gateway says of one that is none.
 * @param {string} url
 * @param {RequestInit} [init]
 */
async function ask(url, init) {
  const answer = await fetch(url, init).catch(() => undefined);
  if (answer === undefined) throw new Error('The example cannot be reached. Does it still run?');
  if (answer.ok) return answer;
  const { message } = await answer.json().catch(() => ({}));
  throw new Error(`${answer.status}: ${message ?? answer.statusText}`);
}

/**
 * Puts text at the end, and keeps the end in sight for who looks at it. One piece holds what came over one connection.
 * @param {string} text
 * @param {HTMLElement} piece
 */
function write(text, piece) {
  const { scrollHeight, scrollTop, clientHeight } = page.text;
  const isAtEnd = scrollHeight - scrollTop - clientHeight < 32;
  if (!piece.isConnected) page.text.append(piece);
  piece.append(text);
  if (isAtEnd) page.text.scrollTop = page.text.scrollHeight;
}

function clear() {
  page.text.replaceChildren();
  page.reconnects.textContent = '0';
  page.lastEventId.textContent = 'none';
  page.secondTab.hidden = true;
  show('starting');
}

/**
 * @param {string} state
 * @param {string} [message]
 */
function show(state, message = '') {
  const isRunning = RUNNING.has(state);
  page.state.dataset['state'] = state;
  page.state.textContent = state;
  page.start.disabled = isRunning || state === 'starting';
  page.cut.disabled = !isRunning;
  page.stop.disabled = !isRunning;
  page.text.ariaBusy = String(isRunning);
  complain(message);
}

/** @param {string} message */
function complain(message) {
  page.error.textContent = message;
  page.error.hidden = message === '';
}

/** @param {Stream} stream */
function hashOf({ id, ticket }) {
  return `#${new URLSearchParams({ id, ticket }).toString()}`;
}

/**
 * @param {string} hash
 * @returns {Stream | undefined}
 */
function streamIn(hash) {
  const fields = new URLSearchParams(hash.slice(1));
  const [id, ticket] = [fields.get('id'), fields.get('ticket')];
  return id === null || ticket === null ? undefined : { id, ticket };
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {{ new (): T }} kind
 * @returns {T}
 */
function element(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no #${id}`);
}
