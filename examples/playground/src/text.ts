/** Bytes as text, where nothing is lost by that. */

/** The text of a file as it is; null if it is not UTF-8, which an editor could not give back. */
export async function textOf(file: Blob): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
  } catch (error) {
    // A file that cannot be read is something else.
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}
