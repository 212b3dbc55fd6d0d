/** Shows an address in the system's browser. No shell is asked, so nothing in an address means anything to one. */
import { spawn } from "node:child_process"
import { CliError } from "./errors.ts"

/** The system's opener, and what stands before the address. */
export function openerOf(platform: NodeJS.Platform): readonly [program: string, ...args: string[]] {
  if (platform === "darwin") return ["open"]
  return platform === "win32" ? ["rundll32", "url.dll,FileProtocolHandler"] : ["xdg-open"]
}

/** @param address http or https, checked by whoever asks. @throws CliError `usage` when there is no opener. */
export function openLink(address: string, platform: NodeJS.Platform = process.platform): Promise<void> {
  const [program, ...args] = openerOf(platform)
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, address], { stdio: "ignore", detached: true })
    child.once("error", () => reject(new CliError("usage", `${program}, which opens addresses, is not here`)))
    child.once("spawn", () => {
      child.unref()
      resolve()
    })
  })
}
