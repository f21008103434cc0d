/** A file server as small as one can be: the page needs no more. `npm run serve` runs it on loopback. */
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** Where the built page is. */
const ROOT = fileURLToPath(new URL("../dist/", import.meta.url));

/** All files of the page by their names, as they are sent. */
async function files(): Promise<Map<string, Buffer>> {
  const found = await readdir(ROOT, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, gzipSync(await readFile(join(ROOT, name)), { level: 9 })] as const),
    ),
  );
}

export interface Serving {
  address: string;
  server: Server;
  /** Bytes of all bodies so far. */
  sent: () => number;
  /** What was asked for, in order: a server's log. */
  log: string[];
}

/** A server of the built page under `base`, "/" or "/some/folder/". */
export async function serve(base: string, port = 0): Promise<Serving> {
  const all = await files();
  const log: string[] = [];
  let sent = 0;
  const server = createServer((request, response) => {
    log.push(request.url ?? "");
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const name = path.replace(/\/$/, "/index.html").slice(base.length);
    const body = path.startsWith(base) ? all.get(name) : undefined;
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    sent += body.length;
    response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/octet-stream");
    response.setHeader("Content-Encoding", "gzip").end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const { port: at } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${at}${base}`, server, sent: () => sent, log };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8080);
  try {
    const { address } = await serve("/", port);
    console.log(`The playground is at ${address} until you press Ctrl+C.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    console.error(`Port ${port} is taken: PORT=${port + 1} chooses another one.`);
    process.exitCode = 1;
  }
}
