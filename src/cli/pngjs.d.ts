/** The part of the PNG reader that we use: the package brings no types. */
declare module "pngjs" {
  interface Sync {
    /** RGBA, 8 bits a channel, whatever the file holds. @throws Error for anything that is no PNG. */
    read(file: Buffer): { width: number; height: number; data: Buffer }
    write(image: { width: number; height: number; data: Buffer }): Buffer
  }
  const pngjs: { PNG: { sync: Sync } }
  export default pngjs
}
