/** Bytes cut into pieces of `size`, the last one smaller. */
export function pieces(bytes: Buffer, size: number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) cut.push(bytes.subarray(at, at + size));
  return cut;
}
