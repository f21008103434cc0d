/** Made by the plugin in vite.config.ts: the bytes of a file, gzipped, as base64. */
declare module "*?embedded" {
  const base64: string;
  export default base64;
}
