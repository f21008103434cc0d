/** Made by the plugin in vite.config.ts. */
declare module "virtual:modules" {
  /** podsieve's module and the two that baking needs, one behind the other: LZMA, as base64. */
  export const packed: string;
  /** Their sizes in bytes. */
  export const sizes: [number, number, number];
}
