/** The WebAssembly modules, which are part of the page's script. */
import { packed, sizes } from "virtual:modules";
import { unpackLzma } from "./lzma";

/** The first so many bytes of all modules, one behind the other. */
function unpack(size: number): Uint8Array<ArrayBuffer> {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return unpackLzma(bytes, size);
}

/** podsieve's module, compiled once: workers get it as it is. */
export const compiled: Promise<WebAssembly.Module> = WebAssembly.compile(unpack(sizes[0]));

/** What baking needs. */
export interface Modules {
  /** The module for Fluent Bit that takes a policy. */
  unbaked: Uint8Array<ArrayBuffer>;
  /** The same, having taken an empty one. */
  baked: Uint8Array<ArrayBuffer>;
}

/** Takes a moment. */
export function modules(): Modules {
  const all = unpack(sizes[0] + sizes[1] + sizes[2]);
  return { unbaked: all.slice(sizes[0], sizes[0] + sizes[1]), baked: all.slice(sizes[0] + sizes[1]) };
}
