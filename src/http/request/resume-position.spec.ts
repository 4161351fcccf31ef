import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpExchange } from './http-exchange.js';
import { lastEventIdOf, positionOf } from './resume-position.js';

const ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5b';
const OTHER_ID = '019a2b3c4d5e7f608a9b0c1d2e3f4a5c';

interface Asked {
  readonly header?: string;
  readonly query?: string | readonly string[];
}

function exchangeOf({ header, query }: Asked): HttpExchange {
  const headers = header === undefined ? {} : { 'last-event-id': header };
  const request = {
    method: 'GET',
    url: '/',
    headers,
    query: query === undefined ? {} : { lastEventId: query },
  };
  return new HttpExchange(request, new ServerResponse(new IncomingMessage(new Socket())));
}

describe('lastEventIdOf', () => {
  it.each<[string, Asked, string | undefined]>([
    ['nothing', {}, undefined],
    ['the header', { header: 'h' }, 'h'],
    ['the parameter', { query: 'q' }, 'q'],
    ['the header before the parameter', { header: 'h', query: 'q' }, 'h'],
    ['the parameter beside an empty header', { header: '', query: 'q' }, 'q'],
    ['nothing in empty ones', { header: '', query: '' }, undefined],
  ])('finds %s', (_, asked, id) => {
    expect(lastEventIdOf(exchangeOf(asked))).toBe(id);
  });

  it('refuses a parameter that is given twice', () => {
    expect(() => lastEventIdOf(exchangeOf({ query: ['a', 'b'] }))).toThrow('lastEventId was given twice');
  });
});

describe('positionOf', () => {
  it('is the first for a reader that begins', () => {
    expect(positionOf(exchangeOf({}), ID)).toEqual({ from: 0, epoch: 1 });
  });

  it.each<[string, number, number]>([
    [`${ID}.0`, 1, 1],
    [`${ID}.41`, 42, 1],
    [`${ID}.7.end`, 8, 1],
    [`${ID}.999999999`, 1_000_000_000, 1],
    [`${ID}.7.e2`, 8, 2],
  ])('comes after the one that the reader has: %s', (id, from, epoch) => {
    expect(positionOf(exchangeOf({ header: id }), ID)).toEqual({ from, epoch });
    expect(positionOf(exchangeOf({ query: id }), ID)).toEqual({ from, epoch });
  });

  it('refuses a cursor of another stream', () => {
    expect(() => positionOf(exchangeOf({ header: `${OTHER_ID}.3` }), ID)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        status: 400,
        message: expect.stringContaining('another'),
      }),
    );
  });

  it.each(['nonsense', '3', ID, `${ID}.-1`, `${ID}.3;`])('refuses the foreign %j', (id) => {
    expect(() => positionOf(exchangeOf({ header: id }), ID)).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    );
  });
});
