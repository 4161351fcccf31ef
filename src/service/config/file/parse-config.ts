import { Lexer, parseDocument, type ParsedNode } from 'yaml';
import { ConfigurationError } from '../../../config/configuration-error.js';

/** More is refused before it is parsed: so many are parsed within half a second. About 3,000 callers. */
const MAX_TOKENS = 50_000;

/**
 * Parses YAML or JSON, in time that grows with its length alone. Duplicate keys are left for the reader to find: the
 * parser's own search takes the square of their number. Throws a ConfigurationError that quotes nothing.
 */
export function parseConfig(text: string): ParsedNode | null {
  refuseTooManyTokens(text);
  const document = attempt(() => parseDocument(text, { prettyErrors: false, uniqueKeys: false }));
  const problems = [...document.errors, ...document.warnings];
  if (problems.length === 0) return document.contents;
  throw new ConfigurationError(
    problems.map(({ code, pos }) => `SLUICE_CONFIG is no YAML or JSON: ${code} at character ${pos[0]}`),
  );
}

function refuseTooManyTokens(text: string): void {
  let tokens = 0;
  for (const _ of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) {
      throw new ConfigurationError([`SLUICE_CONFIG has more than ${MAX_TOKENS} YAML tokens`]);
    }
  }
}

/** The parser calls itself for each level: enough of them exhaust the stack. */
function attempt<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new ConfigurationError(['SLUICE_CONFIG is no YAML or JSON that can be parsed']);
  }
}
