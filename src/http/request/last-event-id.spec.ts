import { ServerResponse, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { HttpExchange } from './http-exchange.js';
import { lastEventIdOf } from './last-event-id.js';

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
  ])('finds %s', (_, requested, id) => {
    expect(lastEventIdOf(exchangeOf(requested))).toBe(id);
  });

  it('refuses a parameter that is given twice', () => {
    expect(() => lastEventIdOf(exchangeOf({ query: ['a', 'b'] }))).toThrow('lastEventId was given twice');
  });
});
