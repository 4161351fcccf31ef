import { describe, expect, it } from 'vitest';
import { AnswerScript, streams } from './answer-script.js';
import type { ScriptedRequest } from './script.js';
import type { Step } from './step.js';

const request: ScriptedRequest = { streaming: true, includeUsage: false, model: 'gpt', question: 'Hi' };

/** The steps up to the one that ends the answer: writes as the essence of their event, others by name. */
function played(script: AnswerScript, asked: Partial<ScriptedRequest> = {}): string[] {
  const steps = script.steps({ ...request, ...asked }).map(essence);
  const last = steps.findIndex((step) => step === 'end' || step === 'cut' || step === 'stall');
  return last === -1 ? steps : steps.slice(0, last + 1);
}

/** All bytes that a script writes, write by write. */
function writes(script: AnswerScript, asked: Partial<ScriptedRequest> = {}): Buffer[] {
  return script
    .steps({ ...request, ...asked })
    .flatMap((step) => (step.do === 'write' ? Buffer.from(step.bytes) : []));
}

function essence(step: Step): string {
  if (step.do === 'wait') return `wait ${step.ms}`;
  if (step.do !== 'write') return step.do;
  const text = String(step.bytes);
  if (!text.startsWith('data: {')) return text;
  const event = JSON.parse(text.slice('data: '.length)) as {
    choices?: { delta: Record<string, unknown>; finish_reason: string | null }[];
  };
  const [choice] = event.choices ?? [];
  if (choice === undefined) return Object.keys(event).at(-1) ?? '';
  return choice.finish_reason ?? JSON.stringify(choice.delta);
}

const ROLE = '{"role":"assistant","content":""}';
const DONE = 'data: [DONE]\n\n';
const delta = (content: string) => JSON.stringify({ content });

describe('streams', () => {
  it('cuts one text into its words and loses nothing of it', () => {
    expect(played(streams(' Hello  big world\n'))).toEqual([
      ROLE,
      delta(' Hello'),
      delta('  big'),
      delta(' world'),
      delta('\n'),
      'stop',
      DONE,
    ]);
  });

  it('takes several texts as they are', () => {
    expect(played(streams('Hello world', '!'))).toEqual([
      ROLE,
      delta('Hello world'),
      delta('!'),
      'stop',
      DONE,
    ]);
  });

  it('streams an empty answer', () => {
    expect(played(streams(''))).toEqual([ROLE, 'stop', DONE]);
  });
});

describe('AnswerScript', () => {
  it('sends the usage alone and last, if it is requested', () => {
    expect(played(streams('Hi'), { includeUsage: true })).toEqual([ROLE, delta('Hi'), 'stop', 'usage', DONE]);
  });

  it('sends reasoning, text and tool calls in this order', () => {
    const script = streams('Hi').reasoning('Hm').toolCall({ id: 'c', name: 'f', arguments: '{"a":1}' });
    const calls = played(script.finishes('tool_calls')).slice(3, 6);
    expect(played(script).slice(0, 3)).toEqual([ROLE, '{"reasoning_content":"Hm"}', delta('Hi')]);
    expect(calls).toEqual([
      '{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]}',
      JSON.stringify({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
      JSON.stringify({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }),
    ]);
  });

  it('waits before the first content and between the chunks', () => {
    expect(played(streams('a', 'b').paced(200, 40)).slice(0, 5)).toEqual([
      ROLE,
      'wait 200',
      delta('a'),
      'wait 40',
      delta('b'),
    ]);
  });

  it.each<[string, (script: AnswerScript) => AnswerScript, string[]]>([
    ['cuts', (script) => script.thenCuts(), ['cut']],
    ['closes', (script) => script.thenCloses(), ['end']],
    ['stalls', (script) => script.thenStalls(), ['stall']],
    ['fails', (script) => script.thenFails({ message: 'no' }), ['error', 'end']],
    ['sends', (script) => script.thenSends(': ping\n\n'), [': ping\n\n', delta('b'), 'stop', DONE]],
    ['holds', (script) => script.thenHolds(Promise.resolve()), ['hold', delta('b'), 'stop', DONE]],
  ])('%s after as many chunks as are requested', (_, fault, rest) => {
    expect(played(fault(streams('a', 'b').after(1)))).toEqual([ROLE, delta('a'), ...rest]);
  });

  it('does several things, each at its place', () => {
    const script = streams('a', 'b').thenSends(': x\n\n').after(1).thenSends(': y\n\n').after(2).thenCuts();
    expect(played(script)).toEqual([ROLE, ': x\n\n', delta('a'), ': y\n\n', delta('b'), 'cut']);
  });

  it('puts a fault before the content when nothing else is said', () => {
    expect(played(streams('a').thenCuts())).toEqual([ROLE, 'cut']);
  });

  it('ends without [DONE]', () => {
    expect(played(streams('a').withoutDone())).toEqual([ROLE, delta('a'), 'stop']);
  });

  it('tears events into writes of some bytes, none of which is lost', () => {
    const torn = writes(streams('Grüße 😀').torn(3));
    expect(Math.max(...torn.map(({ length }) => length))).toBe(3);
    expect(Buffer.concat(torn)).toEqual(Buffer.concat(writes(streams('Grüße 😀'))));
  });

  it('answers with one JSON body when no stream is requested', () => {
    const body = Buffer.concat(writes(streams('Hello world').extra({ vendor: 1 }), { streaming: false }));
    expect(JSON.parse(body.toString())).toMatchObject({
      object: 'chat.completion',
      model: 'gpt',
      vendor: 1,
      choices: [{ message: { role: 'assistant', content: 'Hello world' }, finish_reason: 'stop' }],
      usage: { total_tokens: 21 },
    });
  });

  it('breaks such a body off in its middle', () => {
    const whole = Buffer.concat(writes(streams('Hello'), { streaming: false }));
    const [head, ...rest] = played(streams('Hello').thenCuts(), { streaming: false });
    expect(rest).toEqual(['cut']);
    expect(whole.toString().startsWith(head ?? 'nothing')).toBe(true);
    expect(head?.length).toBeLessThan(whole.length);
  });

  it('leaves the script as it was that another is made of', () => {
    const script = streams('a');
    script.after(0).thenCuts();
    script.model('other').finishes('length').withoutDone();
    expect(played(script)).toEqual([ROLE, delta('a'), 'stop', DONE]);
  });
});
