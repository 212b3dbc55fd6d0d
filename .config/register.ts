/** Given by `--import` to a program run from source: corrects ts-mls as the bundle does. */
import { registerHooks } from "node:module"
import { correctTsMls, isCorrected } from "./correct-ts-mls.ts"

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!isCorrected(url) || loaded.source === undefined || loaded.source === null) return loaded
    return { ...loaded, source: correctTsMls(textOf(loaded.source), url) }
  },
})

function textOf(source: string | ArrayBufferView | ArrayBufferLike): string {
  if (typeof source === "string") return source
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
  return Buffer.from(bytes).toString()
}
