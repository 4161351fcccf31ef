/**
 * Names the variable, or the file, that a wrong text comes from: `OPENAI_API_KEY (upstreams.openai.keys.0) is …`. A
 * problem begins with the path of the text.
 */
export function nameSource(problem: string, sources: ReadonlyMap<string, string>): string {
  const end = problem.indexOf(' ');
  const path = problem.slice(0, end);
  const source = sources.get(path);
  return source === undefined ? problem : `${source} (${path})${problem.slice(end)}`;
}
