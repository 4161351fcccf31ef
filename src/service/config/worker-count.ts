import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** More processes than any machine has cores: a slip of the pen must not fork thousands. */
const MAX_WORKERS = 1024;

const PROBLEM = `is neither a whole number from 1 to ${MAX_WORKERS} nor auto`;

/** `auto` is as many as the cores that this process may use. */
const auto = z.literal('auto').transform(() => availableParallelism());
const range = (number: z.ZodNumber) => number.int(PROBLEM).min(1, PROBLEM).max(MAX_WORKERS, PROBLEM);

/** `SLUICE_WORKERS`, a text. */
export const workersFromText = z.union([auto, range(z.coerce.number(PROBLEM))], PROBLEM);

/** `workers` of a file, a number or `auto`. */
export const workersFromFile = z.union([auto, range(z.number(PROBLEM))], PROBLEM);
