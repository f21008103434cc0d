/** Makes the module for Fluent Bit that follows a policy, as `podsieve bake` does. Runs in a worker. */
import { bake as fill } from "../wasm/podsieve_browser.js";
import { unpackLzma } from "./lzma";
import type { Packed } from "./wasm";

/** What an unbaked module exports, see filters/bake. */
interface Unbaked {
  memory: WebAssembly.Memory;
  malloc: (bytes: number) => number;
  /** Takes a policy and keys of hashes; returns the address of what is wrong, a text that ends with a zero byte. */
  podsieve_policy: (policy: number, length: number, keys: number, keysLength: number) => number;
}

/** The module follows the policy in its own memory, which becomes part of the file. Throws what is wrong. */
export function bake({ bytes: packed, sizes }: Packed, policy: string): Uint8Array {
  const [own, size, bakedSize] = sizes;
  const all = unpackLzma(packed, own + size + bakedSize);
  /** The module that takes a policy, and the same having taken an empty one. */
  const [unbaked, baked] = [all.subarray(own, own + size), all.subarray(own + size)];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(unbaked), {});
  const { memory, malloc, podsieve_policy: take } = exports as unknown as Unbaked;
  const put = (bytes: Uint8Array) => {
    const at = malloc(bytes.length);
    new Uint8Array(memory.buffer).set(bytes, at);
    return at;
  };
  const text = new TextEncoder().encode(policy);
  const [at, keys] = [put(text), put(new Uint8Array())];
  const wrong = take(at, text.length, keys, 0);
  const bytes = new Uint8Array(memory.buffer);
  if (bytes[wrong] !== 0)
    throw new Error(new TextDecoder().decode(bytes.slice(wrong, bytes.indexOf(0, wrong))));
  return fill(baked, bytes, policy);
}
