/** A file server as small as one can be: the page needs no more. `npm run serve` runs it on loopback. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** Where the built page is. */
const ROOT = fileURLToPath(new URL("../dist/", import.meta.url));

/** A server of the built page under `base`, "/" or "/some/folder/". `sent` counts the bytes of all bodies. */
export async function serve(base: string, port = 0): Promise<{ address: string; server: Server; sent: () => number }> {
  let sent = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split(/[?#]/)[0] ?? "/";
    const name = normalize(path.replace(/\/$/, "/index.html")).slice(base.length);
    const type = TYPES[extname(name)];
    readFile(join(ROOT, name)).then(
      (bytes) => {
        const body = gzipSync(bytes, { level: 9 });
        sent += body.length;
        response.setHeader("Content-Type", type ?? "application/octet-stream");
        response.setHeader("Content-Encoding", "gzip").end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: at } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${at}${base}`, server, sent: () => sent };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve("/", Number(process.env.PORT ?? 8080));
  console.log(`The playground is at ${address} until you press Ctrl+C.`);
}
