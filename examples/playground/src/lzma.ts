/**
 * Unpacks LZMA (the `.lzma` format), which makes modules a third smaller than what browsers can unpack by
 * themselves. After the specification of Igor Pavlov; for data of our own, so it does not say what is wrong with it.
 */

const BITS = 11;
const MOVE = 5;
const HALF = 1 << (BITS - 1);
const STATES = 12;
const POSITIONS = 16;
const SHORTEST = 2;
/** Distances with a slot of at least this have bits without a model, and the last four of all in one. */
const END_OF_MODELS = 14;
const ALIGN = 4;
/** Distances below it have models of their own. */
const FULL = 1 << (END_OF_MODELS >> 1);
const LENGTHS = 2 + POSITIONS * 16 + 256;

/** The first `size` bytes of what was packed. */
export function unpackLzma(packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const properties = packed[0] ?? 0;
  const lc = properties % 9;
  const lp = Math.floor(properties / 9) % 5;
  const pb = Math.floor(properties / 45);
  const out = new Uint8Array(size);

  // All models in one array; what lies where:
  let taken = 0;
  const take = (count: number): number => (taken += count) - count;
  const isMatch = take(STATES * POSITIONS);
  const isRep = take(STATES);
  const isRep0 = take(STATES);
  const isRep1 = take(STATES);
  const isRep2 = take(STATES);
  const isRep0Long = take(STATES * POSITIONS);
  const slots = take(4 * 64);
  const distances = take(FULL);
  const align = take(1 << ALIGN);
  const lengths = take(LENGTHS);
  const repLengths = take(LENGTHS);
  const literals = take(0x300 << (lc + lp));
  const models = new Uint16Array(taken).fill(HALF);

  // Behind the header of 13 bytes, one that is always 0.
  let at = 14;
  // The range and the code, as an array: its numbers need no box when they have 32 bits.
  const coder = new Uint32Array([0xffffffff, 0]);
  for (let i = 0; i < 4; i++) coder[1] = ((coder[1] ?? 0) << 8) | (packed[at++] ?? 0);

  const bit = (model: number): number => {
    const chance = models[model] ?? 0;
    let range = coder[0] ?? 0;
    let code = coder[1] ?? 0;
    const bound = (range >>> BITS) * chance;
    let is: number;
    if (code < bound) {
      range = bound;
      models[model] = chance + (((1 << BITS) - chance) >> MOVE);
      is = 0;
    } else {
      range -= bound;
      code -= bound;
      models[model] = chance - (chance >> MOVE);
      is = 1;
    }
    if (range < 0x1000000) {
      range <<= 8;
      code = (code << 8) | (packed[at++] ?? 0);
    }
    coder[0] = range;
    coder[1] = code;
    return is;
  };
  const plainBits = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) {
      let range = (coder[0] ?? 0) >>> 1;
      let code = coder[1] ?? 0;
      const is = code >= range ? 1 : 0;
      if (is) code -= range;
      if (range < 0x1000000) {
        range <<= 8;
        code = (code << 8) | (packed[at++] ?? 0);
      }
      coder[0] = range;
      coder[1] = code;
      value = value * 2 + is;
    }
    return value;
  };
  const tree = (model: number, bits: number): number => {
    let value = 1;
    for (let i = 0; i < bits; i++) value = (value << 1) | bit(model + value);
    return value - (1 << bits);
  };
  const reverseTree = (model: number, bits: number): number => {
    let value = 0;
    let node = 1;
    for (let i = 0; i < bits; i++) {
      const is = bit(model + node);
      node = (node << 1) | is;
      value |= is << i;
    }
    return value;
  };
  const length = (model: number, position: number): number => {
    if (bit(model) === 0) return tree(model + 2 + position * 8, 3);
    if (bit(model + 1) === 0) return 8 + tree(model + 2 + POSITIONS * 8 + position * 8, 3);
    return 16 + tree(model + 2 + POSITIONS * 16, 8);
  };
  const distance = (length: number): number => {
    const slot = tree(slots + Math.min(length, 3) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < END_OF_MODELS) return base + reverseTree(distances + base - slot, bits);
    return base + plainBits(bits - ALIGN) * (1 << ALIGN) + reverseTree(align, ALIGN);
  };

  let state = 0;
  let [rep0, rep1, rep2, rep3] = [0, 0, 0, 0];
  let end = 0;
  while (end < out.length) {
    const position = end & ((1 << pb) - 1);
    if (bit(isMatch + state * POSITIONS + position) === 0) {
      const previous = out[end - 1] ?? 0;
      const base = literals + 0x300 * (((end & ((1 << lp) - 1)) << lc) + (previous >> (8 - lc)));
      let symbol = 1;
      if (state >= 7) {
        let expected = out[end - rep0 - 1] ?? 0;
        while (symbol < 0x100) {
          const likely = (expected >> 7) & 1;
          expected <<= 1;
          const is = bit(base + ((1 + likely) << 8) + symbol);
          symbol = (symbol << 1) | is;
          if (likely !== is) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(base + symbol);
      out[end++] = symbol;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count: number;
    if (bit(isRep + state) === 0) {
      [rep3, rep2, rep1] = [rep2, rep1, rep0];
      count = length(lengths, position);
      state = state < 7 ? 7 : 10;
      rep0 = distance(count);
    } else {
      if (bit(isRep0 + state) === 0) {
        if (bit(isRep0Long + state * POSITIONS + position) === 0) {
          state = state < 7 ? 9 : 11;
          out[end] = out[end - rep0 - 1] ?? 0;
          end++;
          continue;
        }
      } else if (bit(isRep1 + state) === 0) {
        [rep0, rep1] = [rep1, rep0];
      } else if (bit(isRep2 + state) === 0) {
        [rep0, rep1, rep2] = [rep2, rep0, rep1];
      } else {
        [rep0, rep1, rep2, rep3] = [rep3, rep0, rep1, rep2];
      }
      count = length(repLengths, position);
      state = state < 7 ? 8 : 11;
    }
    for (const last = Math.min(end + count + SHORTEST, out.length); end < last; end++) {
      out[end] = out[end - rep0 - 1] ?? 0;
    }
  }
  return out;
}
