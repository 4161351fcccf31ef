/**
 * @param {number} value
 * @param {number} [gatewayCpu]
 */
function run(value, gatewayCpu = 0.5) {
  return { value, gatewayCpu };
}

const titles = {
  direct: 'no gateway',
  pipe: 'raw node:http pipe',
  nginx: 'nginx, proxy_buffering off',
  sluice: 'Sluice /v1/chat/completions, passed through',
  tutorial: 'tutorial Nest @Sse + axios <Fastify> & "more"',
};

/**
 * @param {Partial<Record<keyof typeof titles, { value: number, gatewayCpu: number }[]>>} runs
 * @returns {import('./results.mjs').ResultRow[]}
 */
function rows(runs) {
  return Object.entries(titles).flatMap(([subject, title]) => {
    const of = Object.entries(runs).find(([name]) => name === subject)?.[1];
    return of === undefined ? [] : [{ subject, title, runs: of }];
  });
}

/**
 * A few results, as the bench writes them: one subject that no longer keeps up, one that is not in every scenario.
 * @type {import('./results.mjs').Results}
 */
export const results = {
  cpu: 'AMD EPYC',
  cores: 2,
  node: 'v20.20.2',
  commit: '05cb79b6fce6',
  uncommitted: false,
  scenarios: [
    {
      name: 'firehose',
      per: 'event',
      measured: { concurrency: 50, events: 2000, eventsPerWrite: 10 },
      rows: rows({
        pipe: [run(2.7), run(2.8), run(2.2)],
        sluice: [run(3.6), run(3.4), run(4.5)],
        tutorial: [run(13.4, 0.99), run(14.4, 0.99), run(12.9, 0.99)],
      }),
    },
    {
      name: 'chat',
      per: 'event',
      measured: { concurrency: 500, events: 150, intervalMs: 20 },
      rows: rows({
        direct: [run(0), run(0), run(0)],
        pipe: [run(40.06), run(33.4), run(37.68)],
        nginx: [run(12), run(11), run(13)],
        sluice: [run(63.41, 0.96), run(39.84), run(39.08)],
        tutorial: [run(38.5, 0.96), run(38.1, 0.96), run(38.2, 0.9)],
      }),
    },
    {
      name: 'idle',
      per: 'stream',
      measured: { concurrency: 1000, events: 1000, intervalMs: 5000 },
      rows: rows({ pipe: [run(28.46)] }),
    },
  ],
};
