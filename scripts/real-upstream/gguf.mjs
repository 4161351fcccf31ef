/** The file format of a model: GGUF version 3. Source: docs/gguf.md of ggml. */
const ALIGNMENT = 32;
/** The types of metadata values. */
export const TYPE = { u32: 4, s32: 5, f32: 6, bool: 7, string: 8, array: 9 };

/** @typedef {{ name: string, dimensions: number[], data: Float32Array }} Tensor */
/** @typedef {{ key: string, type: number, value: unknown, of?: number }} Entry */

/**
 * The bytes of a model file.
 * @param {readonly Entry[]} metadata
 * @param {readonly Tensor[]} tensors
 */
export function gguf(metadata, tensors) {
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length)];
  for (const { key, type, value, of } of metadata) {
    head.push(string(key), u32(type));
    if (of === undefined) head.push(encode(type, value));
    else if (Array.isArray(value)) {
      head.push(u32(of), u64(value.length), ...value.map((item) => encode(of, item)));
    }
  }
  let offset = 0;
  for (const { name, dimensions, data } of tensors) {
    head.push(string(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset));
    offset += aligned(data.byteLength);
  }
  return Buffer.concat([
    padded(Buffer.concat(head)),
    ...tensors.map(({ data }) => padded(Buffer.from(data.buffer))),
  ]);
}

/** @param {number} length */
function aligned(length) {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** @param {Buffer} bytes */
function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

/**
 * @param {number} type
 * @param {unknown} value
 */
function encode(type, value) {
  if (type === TYPE.string) return string(String(value));
  if (type === TYPE.bool) return Buffer.from([value === true ? 1 : 0]);
  return type === TYPE.f32 ? f32(Number(value)) : u32(Number(value));
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param {number} value */
function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** @param {number} value */
function f32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

/** @param {string} text */
function string(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}
