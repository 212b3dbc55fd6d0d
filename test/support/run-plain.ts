/** The line mode on a fake client: lines go in, and everything that was written comes back. */
import { systemClock } from "../../src/platform/clock.ts"
import { type PlainOptions, runPlain } from "../../src/tui/plain.ts"
import { type FakeClient, NOON } from "./fake-client.ts"

export interface Ran {
  written: string
  notDone: number
  /** Addresses that a browser was asked for. */
  opened: readonly string[]
}

/** @param between happens before the line of its index is typed. */
export async function inLines(
  client: FakeClient,
  lines: readonly string[],
  between: Readonly<Record<number, () => void>> = {},
  options: Partial<PlainOptions> = {},
): Promise<Ran> {
  let written = ""
  const opened: string[] = []
  async function* input(): AsyncGenerator<string> {
    for (const [index, line] of lines.entries()) {
      await new Promise((resolve) => setImmediate(resolve))
      between[index]?.()
      yield line
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { notDone } = await runPlain({
    client,
    lines: input(),
    write: (text) => (written += text),
    exportRoom: (_, path) => Promise.resolve(path ?? "everyone.txt"),
    keepLanguage: () => {},
    readCode: (typed) => Promise.resolve(typed),
    relayNote: () => undefined,
    openLink: async (address) => void opened.push(address),
    invitation: () => undefined,
    ascii: false,
    clock: { ...systemClock, now: () => NOON },
    ...options,
  })
  return { written, notDone, opened }
}
