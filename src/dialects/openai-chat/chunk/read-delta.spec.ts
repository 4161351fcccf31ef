import { describe, expect, it } from 'vitest';
import type { StreamPart } from '../../../core/stream-part.js';
import { addDelta } from './read-delta.js';
import { ToolCalls } from './tool-calls.js';

function partsOf(delta: Readonly<Record<string, unknown>>): StreamPart[] {
  const parts: StreamPart[] = [];
  addDelta(parts, 0, delta, new ToolCalls());
  return parts;
}
const text = (value: string) => ({ type: 'text-delta', choice: 0, text: value });
const refusal = (value: string) => ({ type: 'refusal-delta', choice: 0, text: value });
const reasoning = (value: string) => ({ type: 'reasoning-delta', choice: 0, text: value });

const cited = (fields: object) => ({ type: 'url_citation', url_citation: fields });

describe('addDelta of content', () => {
  it.each([
    {
      what: 'a list of texts',
      content: [
        { type: 'text', text: 'a' },
        { type: 'output_text', text: 'b' },
      ],
    },
    { what: 'a list without types', content: ['a', { text: 'b' }] },
    {
      what: 'a list with what is no text',
      content: [{ type: 'text', text: 'a' }, null, 7, { type: 'reference' }, { text: 'b' }],
    },
  ])('reads $what', ({ content }) => {
    expect(partsOf({ content })).toEqual([text('a'), text('b')]);
  });

  it('reads what Mistral thinks, in its order', () => {
    const thinking = [
      { type: 'text', text: 'Hm' },
      { type: 'text', text: '.' },
    ];
    const content = [
      { type: 'thinking', thinking, closed: true },
      { type: 'text', text: 'Yes' },
    ];
    expect(partsOf({ content })).toEqual([reasoning('Hm.'), text('Yes')]);
    expect(partsOf({ content: [{ type: 'thinking', thinking: 'Hm' }] })).toEqual([reasoning('Hm')]);
    expect(partsOf({ content: [{ type: 'reasoning', summary: ['Hm'] }] })).toEqual([reasoning('Hm')]);
  });

  it('reads a refusal beside the text and among its parts', () => {
    expect(partsOf({ content: null, refusal: 'No.' })).toEqual([refusal('No.')]);
    expect(partsOf({ content: 'Well.', refusal: 'No.' })).toEqual([text('Well.'), refusal('No.')]);
    expect(partsOf({ content: [{ type: 'refusal', refusal: 'No.' }] })).toEqual([refusal('No.')]);
  });

  it('reads where an answer has its facts from', () => {
    const annotations = [
      cited({ url: 'https://a.invalid', title: 'A', start_index: 0 }),
      cited({ url: 'https://b.invalid' }),
      cited({ title: 'No URL' }),
      { type: 'file_citation' },
      null,
    ];
    expect(partsOf({ content: 'Hi', annotations })).toEqual([
      text('Hi'),
      { type: 'source', choice: 0, url: 'https://a.invalid', title: 'A' },
      { type: 'source', choice: 0, url: 'https://b.invalid' },
    ]);
    expect(partsOf({ annotations: 'x' })).toEqual([]);
  });

  it.each([null, 7, true, '', [], [[]], {}, { text: 'x' }])('finds no text in %j', (content) => {
    expect(partsOf({ content })).toEqual([]);
  });
});

describe('addDelta of reasoning', () => {
  it.each([
    { reasoning_content: 'Hm' },
    { reasoning: 'Hm' },
    { reasoning_content: '', reasoning: 'Hm' },
    { reasoning_content: null, reasoning: '', thinking: 'Hm' },
    { reasoning: 'Hm', reasoning_details: [{ type: 'reasoning.text', text: 'Hm' }] },
    { reasoning: '', reasoning_details: [{ type: 'reasoning.summary', summary: 'H' }, { text: 'm' }] },
    { reasoning_text: 'Hm' },
    { reasoning: { content: 'Hm' } },
  ])('takes the first field that has any in %j', (delta) => {
    expect(partsOf(delta)).toEqual([reasoning('Hm')]);
  });

  it.each([
    { reasoning: 7 },
    { reasoning_details: [{ type: 'reasoning.encrypted', data: 'AAAA' }] },
    { thinking: [[['Hm']]] },
    { reasoning: false },
  ])('finds none in %j', (delta) => {
    expect(partsOf(delta)).toEqual([]);
  });

  it('comes before the text of the same delta', () => {
    expect(partsOf({ content: 'Yes', reasoning: 'Hm' })).toEqual([reasoning('Hm'), text('Yes')]);
  });
});
