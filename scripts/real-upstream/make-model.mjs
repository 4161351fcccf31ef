/**
 * make-model.mjs CORPUS.txt OUT.gguf: writes a word-bigram model of a text as a llama model of one layer.
 * Attention and feed-forward outputs are zero, so the next word depends on the last word alone. No training.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gguf, TYPE } from './gguf.mjs';

const VOCABULARY = 512;
const EMBEDDING = VOCABULARY;
const KEY_VALUE_WIDTH = 64;
const FEED_FORWARD_WIDTH = 32;
const END = 2;
/** `<unk>`, `<s>`, `</s>` and one token for each byte stand before the words. */
const FIRST_WORD = 3 + 256;
const TOKEN = { normal: 1, unknown: 2, control: 3, unused: 5, byte: 6 };

const [, , corpus, out] = process.argv;
if (corpus === undefined || out === undefined) {
  console.error('usage: make-model.mjs CORPUS.txt OUT.gguf');
  process.exit(2);
}
const words =
  readFileSync(corpus, 'utf8')
    .toLowerCase()
    .match(/[a-z']+|[.,;]/g) ?? [];
const frequent = mostFrequent(words, VOCABULARY - FIRST_WORD);
const tokens = tokensOf(frequent);
writeFileSync(out, gguf(metadataOf(tokens), tensorsOf(logProbabilities(words, frequent))));

/**
 * @param {readonly string[]} all
 * @param {number} most
 */
function mostFrequent(all, most) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([word]) => word);
}

/** @param {readonly string[]} vocabulary */
function tokensOf(vocabulary) {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  const all = [
    { text: '<unk>', type: TOKEN.unknown },
    { text: '<s>', type: TOKEN.control },
    { text: '</s>', type: TOKEN.control },
    ...bytes.map((hex) => ({ text: `<0x${hex}>`, type: TOKEN.byte })),
    ...vocabulary.map((word) => ({ text: isMark(word) ? word : `\u2581${word}`, type: TOKEN.normal })),
  ];
  while (all.length < VOCABULARY) all.push({ text: `<pad${all.length}>`, type: TOKEN.unused });
  return all;
}

/** @param {string} word */
function isMark(word) {
  return '.,;'.includes(word);
}

/**
 * Row by row: the logarithm of how likely each token follows another.
 * @param {readonly string[]} all
 * @param {readonly string[]} vocabulary
 */
function logProbabilities(all, vocabulary) {
  const tokenOf = new Map(vocabulary.map((word, at) => [word, FIRST_WORD + at]));
  const sequence = all.flatMap((word) => tokenOf.get(word) ?? []);
  const stop = tokenOf.get('.') ?? END;
  const marks = new Set(['.', ',', ';'].map((mark) => tokenOf.get(mark)));
  const follows = new Float64Array(VOCABULARY * VOCABULARY).fill(1e-6);
  const starts = new Float64Array(VOCABULARY);
  for (let at = 1; at < sequence.length; at += 1) {
    const before = sequence[at - 1] ?? 0;
    const token = sequence[at] ?? 0;
    follows[before * VOCABULARY + token] += 1;
    if (before === stop && !marks.has(token)) starts[token] += 1;
  }
  // What is no word is followed by the beginning of a sentence.
  for (let token = 0; token < FIRST_WORD; token += 1) {
    for (let next = 0; next < VOCABULARY; next += 1) follows[token * VOCABULARY + next] += 10 * starts[next];
  }
  // Three of thirteen sentences are the last one.
  follows[stop * VOCABULARY + END] = 0.3 * rowSum(follows, stop);
  for (let row = 0; row < VOCABULARY; row += 1) {
    const sum = rowSum(follows, row);
    for (let at = row * VOCABULARY; at < (row + 1) * VOCABULARY; at += 1) {
      follows[at] = Math.log((follows[at] ?? 0) / sum);
    }
  }
  return follows;
}

/**
 * @param {Float64Array} matrix
 * @param {number} row
 */
function rowSum(matrix, row) {
  return matrix.subarray(row * VOCABULARY, (row + 1) * VOCABULARY).reduce((sum, value) => sum + value, 0);
}

/**
 * One-hot embeddings, so that the output matrix alone decides the next token.
 * @param {Float64Array} logs
 */
function tensorsOf(logs) {
  const output = new Float32Array(VOCABULARY * EMBEDDING);
  const oneHot = new Float32Array(VOCABULARY * EMBEDDING);
  for (let token = 0; token < VOCABULARY; token += 1) {
    oneHot[token * EMBEDDING + token] = 1;
    for (let next = 0; next < VOCABULARY; next += 1) {
      // The norm before the output multiplies a one-hot vector by the root of its width.
      output[next * EMBEDDING + token] = (logs[token * VOCABULARY + next] ?? 0) / Math.sqrt(EMBEDDING);
    }
  }
  const ones = new Float32Array(EMBEDDING).fill(1);
  return [
    { name: 'token_embd.weight', dimensions: [EMBEDDING, VOCABULARY], data: oneHot },
    { name: 'output_norm.weight', dimensions: [EMBEDDING], data: ones },
    { name: 'output.weight', dimensions: [EMBEDDING, VOCABULARY], data: output },
    { name: 'blk.0.attn_norm.weight', dimensions: [EMBEDDING], data: ones },
    { name: 'blk.0.ffn_norm.weight', dimensions: [EMBEDDING], data: ones },
    zeros('blk.0.attn_q.weight', EMBEDDING, EMBEDDING),
    zeros('blk.0.attn_k.weight', EMBEDDING, KEY_VALUE_WIDTH),
    zeros('blk.0.attn_v.weight', EMBEDDING, KEY_VALUE_WIDTH),
    zeros('blk.0.attn_output.weight', EMBEDDING, EMBEDDING),
    zeros('blk.0.ffn_gate.weight', EMBEDDING, FEED_FORWARD_WIDTH),
    zeros('blk.0.ffn_up.weight', EMBEDDING, FEED_FORWARD_WIDTH),
    zeros('blk.0.ffn_down.weight', FEED_FORWARD_WIDTH, EMBEDDING),
  ];
}

/**
 * @param {string} name
 * @param {number} columns
 * @param {number} rows
 */
function zeros(name, columns, rows) {
  return { name, dimensions: [columns, rows], data: new Float32Array(columns * rows) };
}

/**
 * @param {readonly { text: string, type: number }[]} all
 * @returns {import('./gguf.mjs').Entry[]}
 */
function metadataOf(all) {
  return [
    string('general.architecture', 'llama'),
    string('general.name', 'bigram'),
    count('general.file_type', 0),
    count('llama.context_length', 2048),
    count('llama.embedding_length', EMBEDDING),
    count('llama.block_count', 1),
    count('llama.feed_forward_length', FEED_FORWARD_WIDTH),
    count('llama.attention.head_count', 8),
    count('llama.attention.head_count_kv', 1),
    count('llama.rope.dimension_count', 64),
    { key: 'llama.attention.layer_norm_rms_epsilon', type: TYPE.f32, value: 1e-6 },
    count('llama.vocab_size', VOCABULARY),
    string('tokenizer.ggml.model', 'llama'),
    string('tokenizer.ggml.pre', 'default'),
    list(
      'tokenizer.ggml.tokens',
      TYPE.string,
      all.map((token) => token.text),
    ),
    list(
      'tokenizer.ggml.scores',
      TYPE.f32,
      all.map((_, at) => scoreOf(at)),
    ),
    list(
      'tokenizer.ggml.token_type',
      TYPE.s32,
      all.map((token) => token.type),
    ),
    count('tokenizer.ggml.bos_token_id', 1),
    count('tokenizer.ggml.eos_token_id', END),
    count('tokenizer.ggml.unknown_token_id', 0),
    { key: 'tokenizer.ggml.add_bos_token', type: TYPE.bool, value: true },
    string(
      'tokenizer.chat_template',
      '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant:\n{% endif %}',
    ),
  ];
}

/**
 * @param {string} key
 * @param {string} value
 */
function string(key, value) {
  return { key, type: TYPE.string, value };
}

/**
 * @param {string} key
 * @param {number} value
 */
function count(key, value) {
  return { key, type: TYPE.u32, value };
}

/**
 * @param {string} key
 * @param {number} of
 * @param {readonly unknown[]} value
 */
function list(key, of, value) {
  return { key, type: TYPE.array, of, value };
}

/** Frequent words first, bytes only where no word fits. @param {number} token */
function scoreOf(token) {
  if (token < 3) return 0;
  return token < FIRST_WORD ? -1000 : FIRST_WORD - token;
}
