import { readFile } from "node:fs/promises";
import { defineConfig, type Plugin } from "vite";
import { pack } from "./pack";

const ID = "virtual:modules";
const MODULES = ["wasm/podsieve_browser_bg.wasm", "wasm/unbaked.wasm", "wasm/baked.wasm"];

/**
 * `import { packed, sizes } from "virtual:modules"`: all modules, one behind the other, packed with LZMA, as base64. The
 * page is not allowed to fetch anything, so what it needs is part of its scripts. Packing takes ten seconds, and makes
 * what is sent a third smaller than gzip does: much of one module is in the others.
 */
function modules(): Plugin {
  return {
    name: "modules",
    resolveId: (id) => (id === ID ? `\0${ID}` : null),
    async load(id) {
      if (id !== `\0${ID}`) return null;
      const all = await Promise.all(MODULES.map((name) => readFile(new URL(name, import.meta.url))));
      const packed = Buffer.from(pack(Buffer.concat(all))).toString("base64");
      const sizes = JSON.stringify(all.map((bytes) => bytes.length));
      return `export const packed = "${packed}"; export const sizes = ${sizes};`;
    },
  };
}

export default defineConfig({
  // Addresses are relative: the folder works wherever a file server has it.
  base: "./",
  plugins: [modules()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
    // Most of it is one string.
    chunkSizeWarningLimit: 1500,
  },
});
