/** A policy in the fragment of an address: browsers never send it to a server. */

const NAME = "#policy=";

/** Bytes of a policy that the page takes from elsewhere: a link of some KB could hold some GB. */
export const POLICY = 1024 * 1024;

async function through(
  bytes: BlobPart,
  stream: ReadableWritablePair<Uint8Array<ArrayBuffer>, BufferSource>,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.length;
    if (size > POLICY) {
      await reader.cancel();
      throw new RangeError("longer than a policy may be");
    }
    parts.push(read.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** `#policy=` and the policy, deflated, as base64url. */
export async function toFragment(policy: string): Promise<string> {
  const bytes = await through(policy, new CompressionStream("deflate-raw"));
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
