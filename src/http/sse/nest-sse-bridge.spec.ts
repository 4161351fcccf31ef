import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { suppressNestHead, hasNestPipe } from './nest-sse-bridge.js';

const newResponse = () => new ServerResponse(new IncomingMessage(new Socket()));

/** A response that has sent its head, and what is written to it. */
function respond() {
  const response = newResponse();
  const heads = vi.spyOn(response, 'writeHead').mockReturnValue(response);
  const written: unknown[] = [];
  vi.spyOn(response, 'write').mockImplementation((chunk: unknown) => {
    written.push(chunk);
    return false;
  });
  suppressNestHead(response);
  return { response, heads, written };
}

describe('suppressNestHead', () => {
  it('drops one head and the blank line that follows it', () => {
    const { response, heads, written } = respond();
    expect(response.writeHead(200, { 'content-type': 'text/event-stream' })).toBe(response);
    expect(response.write('\n')).toBe(true);
    response.write('data: a\n\n');
    expect(heads).not.toHaveBeenCalled();
    expect(written).toEqual(['data: a\n\n']);
  });

  it('drops nothing more after that', () => {
    const { response, heads, written } = respond();
    response.writeHead(200);
    response.write('\n');
    response.write('\n');
    response.writeHead(500);
    expect(written).toEqual(['\n']);
    expect(heads).toHaveBeenCalledExactlyOnceWith(500);
  });

  it('writes what comes in place of the blank line, and says whether there is room', () => {
    const { response, written } = respond();
    response.writeHead(200);
    expect(response.write('data: a\n\n')).toBe(false);
    response.write('\n');
    expect(written).toEqual(['data: a\n\n', '\n']);
  });

  it('leaves frames alone that come before Nest’s head', () => {
    const { response, written } = respond();
    response.write('\n');
    response.write('data: a\n\n');
    expect(written).toEqual(['\n', 'data: a\n\n']);
  });
});

describe('hasNestPipe', () => {
  it('is true while a stream is piped into the response', () => {
    const [source, response] = [new PassThrough(), newResponse()];
    expect(hasNestPipe(response)).toBe(false);
    source.pipe(response);
    expect(hasNestPipe(response)).toBe(true);
    source.unpipe(response);
    expect(hasNestPipe(response)).toBe(false);
  });
});
