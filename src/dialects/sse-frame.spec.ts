import { describe, expect, it } from 'vitest';
import { sseData } from './sse-frame.js';

describe('sseData', () => {
  it('prints data as one line and a blank one', () => {
    expect(sseData('{"a":1}')).toBe('data: {"a":1}\n\n');
  });

  it.each(['a\nb', 'a\rb', 'a\r\nb'])('prints %j as two lines of data', (data) => {
    expect(sseData(data)).toBe('data: a\ndata: b\n\n');
  });

  it('keeps every line break there is', () => {
    expect(sseData('\n\r\r\n')).toBe('data: \ndata: \ndata: \ndata: \n\n');
  });
});
