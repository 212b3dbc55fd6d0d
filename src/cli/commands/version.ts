import manifest from "../../../package.json" with { type: "json" }
import { PROTOCOL_VERSION } from "../../protocol/messages.ts"
import { resultJson } from "../json-lines.ts"
import type { Invocation } from "./context.ts"

export function showVersion({ show }: Invocation): void {
  const { version } = manifest
  const json = resultJson("version", undefined, {
    version,
    protocol: PROTOCOL_VERSION,
    node: process.versions.node,
  })
  show(json, `secure-chat ${version}`)
}
