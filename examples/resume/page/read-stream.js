/**
 * How a stream ended: `finished`, `stopped` by somebody, or `failed`, with what the gateway says of it.
 * @typedef {{ readonly state: 'finished' | 'stopped' | 'failed', readonly message: string }} End
 */

/**
 * What a reader is told. `onLive` comes with each connection, `onAway` when one is lost and the browser tries again;
 * `onEnd` comes last, and once.
 * @typedef {object} Listener
 * @property {() => void} onLive
 * @property {() => void} onAway
 * @property {(text: string, lastEventId: string) => void} onText
 * @property {(end: End, lastEventId: string) => void} onEnd
 * @property {() => void} onRefused The gateway does not let this reader in, or not any more.
 */

/**
 * Reads a native stream to its end, over as many connections as that takes. EventSource comes back by itself and says
 * which event it had last. All that is left to do is to close it at the end, or it would come back once more.
 * @param {string} url
 * @param {Listener} listener
 */
export function readStream(url, listener) {
  const source = new EventSource(url);
  source.addEventListener('open', () => listener.onLive());
  source.addEventListener('message', ({ data, lastEventId }) => {
    listener.onText(JSON.parse(data).delta ?? '', lastEventId);
  });
  source.addEventListener('done', ({ data, lastEventId }) => {
    source.close();
    const { finishReason } = JSON.parse(data);
    listener.onEnd(
      { state: 'finished', message: finishReason === 'stop' ? '' : `It ended with “${finishReason}”.` },
      lastEventId,
    );
  });
  source.addEventListener('failed', ({ data, lastEventId }) => {
    source.close();
    const { code, message } = JSON.parse(data);
    listener.onEnd(
      code === 'cancelled' ? { state: 'stopped', message: '' } : { state: 'failed', message },
      lastEventId,
    );
  });
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) listener.onRefused();
    else listener.onAway();
  });
}
