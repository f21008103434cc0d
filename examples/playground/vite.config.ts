import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const SUFFIX = "?embedded";

/**
 * `import text from "./file?embedded"`: the bytes of the file, gzipped, as base64. The page is not allowed to
 * fetch anything, so what it needs is part of its scripts.
 */
function embedded(): Plugin {
  return {
    name: "embedded",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(SUFFIX)) return null;
      const bytes = await readFile(id.slice(0, -SUFFIX.length));
      return `export default "${gzipSync(bytes, { level: 9 }).toString("base64")}";`;
    },
  };
}

export default defineConfig({
  // Addresses are relative: the folder works wherever a file server has it.
  base: "./",
  plugins: [embedded()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
    // Two modules, each of them one string.
    chunkSizeWarningLimit: 1500,
  },
});
