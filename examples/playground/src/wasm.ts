/** The WebAssembly modules, which are part of the page's script. */
import { packed as text, sizes } from "virtual:modules";

/** All modules, one behind the other, and their sizes. */
export interface Packed {
  bytes: Uint8Array<ArrayBuffer>;
  sizes: [number, number, number];
}

/** They are unpacked in a worker: it takes longer than to make the page. */
export function packed(): Packed {
  const chars = atob(text);
  const bytes = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) bytes[i] = chars.charCodeAt(i);
  return { bytes, sizes };
}
