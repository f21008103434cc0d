/** What is begun and may go wrong without anyone being to blame: a file that cannot be read, a worker that ended. */
import { Broken } from "./engine";
import { status } from "./status";

/** Says it if that happens: `what` could not be done. Any other error is one of the page's, and stays one. */
export function attempt(what: string, begun: Promise<unknown>): void {
  begun.catch((error: unknown) => {
    status(`${what}: ${error instanceof Error ? error.message : String(error)}`, { bad: true });
    if (!(error instanceof Broken || error instanceof DOMException)) throw error;
  });
}
