import type { z } from 'zod';

/** More are counted, not named. */
const MAX_PROBLEMS = 100;

/** What is wrong with a configuration, each with its path or variable and without a value; at most 100 of them. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const more = problems.length - MAX_PROBLEMS;
    const named = more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `and ${more} more`] : problems;
    super(`Sluice is not configured: ${named.join('; ')}`);
    this.problems = named;
  }
}

/** Each issue with its path. */
export function problemsOf({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) => `${path.join('.') || 'options'} ${message}`);
}
