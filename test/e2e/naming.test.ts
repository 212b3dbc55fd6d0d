/** Names, trust and keys with the real program: what each command says, what others see, and what a backup brings back. */
import { expect, test } from "vitest"
import { type Finished, builtProgram, succeeded } from "../support/program.ts"

const { run, start, path, relay: startRelay } = builtProgram()

const json = (finished: Finished) => succeeded(finished).json() as unknown as Record<string, never>[]
const restore = (words: string, ...args: string[]) =>
  start(["restore", ...args, "--words-fd", "3"], [Buffer.from(`${words}\n`)]).finished

async function pairAt(relay: { invitation: string }, ...names: readonly string[]): Promise<void> {
  for (const name of names) succeeded(await run(["join", relay.invitation, "--name", name, "--data", name]))
}
