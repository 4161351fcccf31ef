import { Agent, request } from 'node:http';
import { KEY } from '../subjects/requests.mjs';

const agent = new Agent({ keepAlive: true });

/**
 * How one request ended: `finished` with `[DONE]`, `told` with an error frame after its first content, `refused` by a
 * status or a broken connection before any content, `silent` if it just ended.
 * @typedef {{ how: 'finished' | 'told' | 'refused' | 'silent', attempts: number, target: string, ms: number }} Ended
 */

/**
 * Asks once.
 * @param {string} url
 * @returns {Promise<Ended>}
 */
export function askOnce(url) {
  const startedAt = performance.now();
  const body = JSON.stringify({ model: 'r', stream: true, messages: [{ role: 'user', content: 'Hi' }] });
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  return new Promise((resolve) => {
    let text = '';
    /** @param {import('node:http').IncomingMessage} [answer] */
    const end = (answer) =>
      resolve({
        how: endOf(text, answer?.statusCode),
        attempts: Number(answer?.headers['x-sluice-attempts'] ?? 0),
        target: String(answer?.headers['x-sluice-target'] ?? ''),
        ms: performance.now() - startedAt,
      });
    const asked = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, (answer) => {
      answer.on('data', (chunk) => (text += chunk));
      answer.on('error', () => undefined);
      answer.once('close', () => end(answer));
    });
    asked.on('error', () => end());
    asked.end(body);
  });
}

/**
 * @param {string} text
 * @param {number | undefined} status
 * @returns {Ended['how']}
 */
function endOf(text, status) {
  if (status !== 200) return 'refused';
  if (text.includes('data: [DONE]')) return 'finished';
  return text.includes('"error"') ? 'told' : 'silent';
}
