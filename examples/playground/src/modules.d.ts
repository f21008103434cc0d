/** Made by the plugin in vite.config.ts. */
declare module "virtual:modules" {
  /** podsieve's module and the one that baking starts from, one behind the other: LZMA, as base64. */
  export const packed: string;
  /** Their sizes in bytes. */
  export const sizes: [number, number];
}
