import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PinoLogger } from './pino-logger.js';

/** The lines that are written, without their time and place. */
function capture() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = new PinoLogger(pino({ level: 'trace', base: null, timestamp: false }, { write }));
  return { lines, logger };
}

describe('PinoLogger', () => {
  it.each([
    ['verbose', 10],
    ['debug', 20],
    ['log', 30],
    ['warn', 40],
    ['error', 50],
    ['fatal', 60],
  ] as const)('writes %s at the level %i', (method, level) => {
    const { logger, lines } = capture();
    logger[method]('hello', 'Speaker');
    expect(lines).toEqual([{ level, context: 'Speaker', msg: 'hello' }]);
  });

  it('spreads the fields of an object over the line', () => {
    const { logger, lines } = capture();
    logger.log({ msg: 'stream ended', bytes: 7 }, 'Sluice');
    expect(lines).toEqual([{ level: 30, context: 'Sluice', msg: 'stream ended', bytes: 7 }]);
  });

  it('keeps a stack that Nest hands over beside the message apart from the context', () => {
    const { logger, lines } = capture();
    logger.error('broken', 'Error: broken\n    at here', 'Speaker');
    expect(lines).toMatchObject([{ msg: 'broken', stack: 'Error: broken\n    at here', context: 'Speaker' }]);
  });

  it('writes an error with its stack', () => {
    const { logger, lines } = capture();
    logger.error(new TypeError('broken'), 'Sluice');
    expect(lines).toMatchObject([
      {
        level: 50,
        context: 'Sluice',
        err: { type: 'TypeError', message: 'broken', stack: expect.any(String) },
      },
    ]);
  });

  it.each([
    [7, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('writes %s as text, and no context where there is none', (message, msg) => {
    const { logger, lines } = capture();
    logger.log(message);
    expect(lines).toEqual([{ level: 30, msg }]);
  });
});
