import { describe, expect, it } from 'vitest';
import { readSettings } from '../config/read-settings.js';
import { Tickets } from './tickets.js';

const STREAM = '019a2b3c4d5e7f608a9b0c1d2e3f4a5b';
const OTHER_STREAM = '019a2b3c4d5e7f608a9b0c1d2e3f4a5c';
const NOW = Date.UTC(2026, 0, 1);
const LIFETIME_MS = 10 * 60_000;
const SECRET = 'a secret of at least thirty-two characters';

function ticketsWith(ticketSecret?: string): Tickets {
  const settings = readSettings({ upstreams: { main: { baseUrl: 'http://main' } } });
  return new Tickets({ ...settings, ticketSecret });
}

describe('a ticket', () => {
  it.each(['acme', 'a.b', 'Zoë 🙂', '../../x', 'a\nb'])('names its owner %j', (owner) => {
    const tickets = ticketsWith();
    const { ticket } = tickets.issue(STREAM, owner, NOW);
    expect(tickets.ownerOf(ticket, STREAM, NOW)).toBe(owner);
  });

  it('holds only what a URL holds as it is', () => {
    const { ticket } = ticketsWith().issue(STREAM, 'Zoë & Söhne?', NOW);
    expect(encodeURIComponent(ticket)).toBe(ticket);
  });

  it('is good for ten minutes, and says until when', () => {
    const tickets = ticketsWith();
    const { ticket, expiresAt } = tickets.issue(STREAM, 'acme', NOW);
    expect(expiresAt).toBe(NOW + LIFETIME_MS);
    expect(tickets.ownerOf(ticket, STREAM, expiresAt - 1)).toBe('acme');
    expect(tickets.ownerOf(ticket, STREAM, expiresAt)).toBeUndefined();
  });

  it('is never good for longer than it says', () => {
    const { expiresAt } = ticketsWith().issue(STREAM, 'acme', NOW + 999);
    expect(expiresAt).toBe(NOW + LIFETIME_MS);
  });

  it('is good for no other stream', () => {
    const tickets = ticketsWith();
    const { ticket } = tickets.issue(STREAM, 'acme', NOW);
    for (const id of [OTHER_STREAM, '', `${STREAM} `]) {
      expect(tickets.ownerOf(ticket, id, NOW)).toBeUndefined();
    }
  });

  it('is taken by every instance with the same secret', () => {
    const { ticket } = ticketsWith(SECRET).issue(STREAM, 'acme', NOW);
    expect(ticketsWith(SECRET).ownerOf(ticket, STREAM, NOW)).toBe('acme');
  });

  it('is taken by no instance with another secret, nor by one that has drawn its own', () => {
    const { ticket } = ticketsWith(SECRET).issue(STREAM, 'acme', NOW);
    const { ticket: drawn } = ticketsWith().issue(STREAM, 'acme', NOW);
    for (const other of [ticketsWith(`${SECRET}!`), ticketsWith()]) {
      expect(other.ownerOf(ticket, STREAM, NOW)).toBeUndefined();
      expect(other.ownerOf(drawn, STREAM, NOW)).toBeUndefined();
    }
  });

  it('is refused with any bit of any of its bytes turned', () => {
    const tickets = ticketsWith(SECRET);
    const { ticket } = tickets.issue(STREAM, 'acme', NOW);
    // The last character carries two bits that stand for nothing.
    for (let at = 0; at < ticket.length - 1; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bytes = Buffer.from(ticket, 'latin1');
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        expect(tickets.ownerOf(bytes.toString('latin1'), STREAM, NOW)).toBeUndefined();
      }
    }
  });

  it('is refused with any of its claims replaced, its signature kept', () => {
    const tickets = ticketsWith(SECRET);
    const [expires = '', owner = '', signature = ''] = tickets.issue(STREAM, 'acme', NOW).ticket.split('.');
    const later = (Number.parseInt(expires, 36) + 60).toString(36);
    const other = Buffer.from('other').toString('base64url');
    const forged = [
      [later, owner, signature],
      [`0${expires}`, owner, signature],
      [expires, other, signature],
      [expires, `${owner}AA`, signature],
      [expires, owner, signature.slice(0, -4)],
      [expires, owner, `${signature}AAAA`],
      [expires, owner, ''],
      [expires, owner],
      [`${expires}.${owner}`, '', signature],
    ];
    for (const parts of forged) expect(tickets.ownerOf(parts.join('.'), STREAM, NOW)).toBeUndefined();
  });

  it.each(['', '.', '..', '...', 'a.b.c', ' ', '\0', '🙂.🙂.🙂', 'x'.repeat(10_000)])(
    'is not the foreign %j',
    (ticket) => {
      expect(ticketsWith().ownerOf(ticket, STREAM, NOW)).toBeUndefined();
    },
  );
});
