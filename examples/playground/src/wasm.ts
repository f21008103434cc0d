import podsieve from "../wasm/podsieve_browser_bg.wasm?embedded";

/** The bytes of an `?embedded` file. */
async function unpack(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** podsieve's module, compiled once: workers get it as it is. */
export const compiled: Promise<WebAssembly.Module> = unpack(podsieve).then((bytes) =>
  WebAssembly.compile(bytes),
);

let loading: Promise<Uint8Array<ArrayBuffer>> | undefined;

/**
 * The module that baking starts from. A script of its own, as only baking needs it; ask for it early, so that
 * nothing is loaded later.
 */
export function unbaked(): Promise<Uint8Array<ArrayBuffer>> {
  loading ??= import("../wasm/unbaked.wasm?embedded").then((module) => unpack(module.default));
  return loading;
}
