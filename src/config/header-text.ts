import { z } from 'zod';

/** What HTTP takes in a header: printable Latin-1. axios would strip anything else without a word. */
export const headerText = z
  .string()
  .regex(/^[\t\x20-\x7e\xa0-\xff]+$/, 'holds a character that HTTP headers cannot carry');

/** The shortest key that is not guessed at once. */
const MIN_KEY_LENGTH = 8;

/** A key that callers present in a header: HTTP drops the blanks around it. */
export const presentableKey = headerText
  .min(MIN_KEY_LENGTH)
  .regex(/^[^\t ](?:[^]*[^\t ])?$/, 'begins or ends with a blank, which HTTP headers cannot carry');
