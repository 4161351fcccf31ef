import { describe, expect, it } from 'vitest';
import { continuation } from './continuation.js';
import { decodeRequest } from './decode-request.js';

const said = { text: 'Hel"lo', tokens: 3, isPlainText: true, head: {} };

describe('continuation.requestFor', () => {
  it('adds what was said to the caller’s own text, and takes it off its limits', () => {
    const json =
      '{"seed":9007199254740993, "messages":[{"role":"user","n":1.0} ],"max_tokens":10 ,"x":1e400}';
    const { request } = decodeRequest(JSON.parse(json), json);
    expect(continuation.requestFor(request, said)?.text?.json).toBe(
      '{"seed":9007199254740993, "messages":[{"role":"user","n":1.0} ,{"role":"assistant","content":"Hel\\"lo"}],"max_tokens":7 ,"x":1e400}',
    );
  });
});
