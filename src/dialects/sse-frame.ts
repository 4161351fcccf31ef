/** One `data:` event. Line breaks of any kind inside `data` become further `data:` lines (WHATWG HTML 9.2.6). */
export function sseData(data: string): string {
  return `data: ${LINE_BREAK.test(data) ? data.split(LINE_BREAK).join('\ndata: ') : data}\n\n`;
}

const LINE_BREAK = /\r\n|\r|\n/;
