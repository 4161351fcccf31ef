import { describe, expect, it } from 'vitest';
import { isContent, type StreamPart } from '../../../core/stream-part.js';
import { addContent } from './read-content.js';

const PNG = 'iVBORw0KGgo=';

function partsOf(delta: Readonly<Record<string, unknown>>): StreamPart[] {
  const parts: StreamPart[] = [];
  addContent(parts, 0, delta);
  return parts;
}
const file = (fields: object) => ({ type: 'file', choice: 0, ...fields });

describe('addContent of images and files', () => {
  it.each([
    { images: [{ type: 'image_url', index: 0, image_url: { url: `data:image/png;base64,${PNG}` } }] },
    { images: [`data:image/png;base64,${PNG}`] },
    { content: [{ type: 'image_url', image_url: `data:image/png;base64,${PNG}` }] },
    { content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }] },
    { content: [{ inline_data: { mime_type: 'image/png', data: PNG } }] },
    { content: [{ inlineData: { mimeType: 'image/png', data: PNG } }] },
    { content: [{ type: 'output_image', b64_json: PNG, mime_type: 'image/png' }] },
    { content: [{ type: 'file', file: { filename: 'a.png', file_data: `data:image/png;base64,${PNG}` } }] },
  ])('reads the bytes of an image in %j', (delta) => {
    expect(partsOf(delta)).toEqual([file({ mediaType: 'image/png', data: PNG })]);
  });

  it('reads an address, and says as much of its type as it knows', () => {
    const url = 'https://files.example/1';
    expect(partsOf({ images: [{ image_url: { url } }] })).toEqual([file({ mediaType: 'image/*', url })]);
    expect(partsOf({ content: [{ type: 'file', url, mime_type: 'application/pdf' }] })).toEqual([
      file({ mediaType: 'application/pdf', url }),
    ]);
    expect(partsOf({ images: [{ image_url: { url: 'data:,text' } }] })).toEqual([
      file({ mediaType: 'image/*', url: 'data:,text' }),
    ]);
  });

  it('keeps the order of text and images', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image', b64_json: PNG },
      { type: 'text', text: 'b' },
    ];
    expect(partsOf({ content }).map(({ type }) => type)).toEqual(['text-delta', 'file', 'text-delta']);
  });

  it.each([
    { images: [null, 7, {}, { image_url: '' }, { image_url: { url: '' } }, []] },
    { images: 'none' },
    { content: [{ type: 'image_url' }, { type: 'url_citation', url: 'https://source.example' }] },
  ])('finds no file in %j', (delta) => {
    expect(partsOf(delta)).toEqual([]);
  });
});

describe('addContent of audio', () => {
  it('reads each piece as it comes', () => {
    const pieces = [
      { id: 'audio_1', transcript: '' },
      { transcript: 'Hi' },
      { data: 'AAAA' },
      { expires_at: 9 },
    ];
    expect(pieces.flatMap((audio) => partsOf({ audio }))).toEqual([
      { type: 'audio-delta', choice: 0, id: 'audio_1' },
      { type: 'audio-delta', choice: 0, transcript: 'Hi' },
      { type: 'audio-delta', choice: 0, data: 'AAAA' },
      { type: 'audio-delta', choice: 0, expiresAt: 9 },
    ]);
  });

  it('counts its bytes and its words as content, and nothing else of it', () => {
    const pieces = [{ id: 'audio_1' }, { transcript: 'Hi' }, { data: 'AAAA' }, { expires_at: 9 }];
    const parts = pieces.flatMap((audio) => partsOf({ audio }));
    expect(parts.map(isContent)).toEqual([false, true, true, false]);
  });

  it('reads audio in a list of parts', () => {
    const expected = [{ type: 'audio-delta', choice: 0, data: 'AAAA' }];
    expect(partsOf({ content: [{ type: 'output_audio', data: 'AAAA' }] })).toEqual(expected);
    expect(partsOf({ content: [{ type: 'input_audio', input_audio: { data: 'AAAA' } }] })).toEqual(expected);
  });

  it.each([null, 'AAAA', {}, [], { data: '' }, { data: 7 }, { expires_at: 'soon' }])(
    'finds none in %j',
    (audio) => {
      expect(partsOf({ audio })).toEqual([]);
    },
  );
});
