/** A policy in the fragment of an address: browsers never send it to a server. */

const NAME = "#policy=";

async function through(
  bytes: BlobPart,
  stream: ReadableWritablePair<Uint8Array, BufferSource>,
): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();
}

/** `#policy=` and the policy, deflated, as base64url. */
export async function toFragment(policy: string): Promise<string> {
  const bytes = new Uint8Array(await through(policy, new CompressionStream("deflate-raw")));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return NAME + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The policy of a fragment; null if it holds none. Throws if it is not whole. */
export async function fromFragment(fragment: string): Promise<string | null> {
  if (!fragment.startsWith(NAME)) return null;
  const text = atob(fragment.slice(NAME.length).replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const plain = await through(bytes, new DecompressionStream("deflate-raw"));
  return new TextDecoder("utf-8", { fatal: true }).decode(plain);
}
