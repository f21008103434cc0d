/** The WebAssembly modules, which are part of the page's script. */
import { packed as text, sizes } from "virtual:modules";
import { unpackLzma } from "./lzma";

/** All modules, one behind the other, and their sizes. */
export interface Packed {
  bytes: Uint8Array<ArrayBuffer>;
  sizes: [number, number, number];
}

export function packed(): Packed {
  const chars = atob(text);
  const bytes = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) bytes[i] = chars.charCodeAt(i);
  return { bytes, sizes };
}

/** podsieve's module, compiled once: workers get it as it is. */
export const compiled: Promise<WebAssembly.Module> = (async () =>
  WebAssembly.compile(unpackLzma(packed().bytes, sizes[0])))();
