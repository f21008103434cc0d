/** The two WebAssembly modules, which are part of the page's script. */
import { packed, sizes } from "virtual:modules";
import { unpackLzma } from "./lzma";

/** The first so many bytes of both modules, one behind the other. */
function unpack(size: number): Uint8Array<ArrayBuffer> {
  const text = atob(packed);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return unpackLzma(bytes, size);
}

/** podsieve's module, compiled once: workers get it as it is. */
export const compiled: Promise<WebAssembly.Module> = WebAssembly.compile(unpack(sizes[0]));

/** The module that baking starts from. */
export function unbaked(): Uint8Array<ArrayBuffer> {
  return unpack(sizes[0] + sizes[1]).slice(sizes[0]);
}
