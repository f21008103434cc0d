/** Packs with LZMA; src/lzma.ts unpacks. */

/** The package's own types are its sources, and not as strict as ours: this is what we use of it. */
interface Lzma {
  compress: (bytes: Uint8Array, level: number) => Uint8Array;
}

const NAME = "lzma1";
const { compress } = (await import(NAME)) as Lzma;

/** `bytes` as small as can be; that takes seconds for a megabyte. */
export function pack(bytes: Uint8Array): Uint8Array {
  return compress(bytes, 9);
}
