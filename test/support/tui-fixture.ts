/**
 * The full-screen interface over a client without a network, as a program of its own: what tests of the real
 * terminal start. `--stop-on-term` ends the screen itself on SIGTERM, as the command line does; without it the
 * signal finds no listener of ours. `--crash` throws while drawing. `--many-scripts`: another class.
 */
import { systemClock } from "../../src/platform/clock.ts"
import { editText } from "../../src/cli/editor.ts"
import { suspendJob } from "../../src/cli/suspend.ts"
import { runPlain, runTui } from "../../src/tui/main.tsx"
import { classroom } from "./fake-client.ts"
import { manyScripts } from "./many-scripts.ts"
import { createInterface } from "node:readline"

const flags = new Set(process.argv.slice(2))
const client = await (flags.has("--many-scripts") ? manyScripts() : classroom())
client.start()
const stop = new AbortController()
if (flags.has("--stop-on-term"))
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort())
// Whatever is sent reaches the relay at once.
client.on(({ event }) => {
  if (event.type !== "message.sent") return
  setImmediate(() => client.setState(event.room.id, event.message.id, "relayed"))
  if (flags.has("--crash")) {
    client.rooms = () => {
      throw new Error("the fixture breaks on purpose")
    }
  }
})

if (flags.has("--plain")) {
  await runPlain({
    client,
    lines: createInterface({ input: process.stdin }),
    write: (text) => process.stdout.write(text),
    exportRoom: () => Promise.resolve("room.txt"),
    keepLanguage: () => {},
    readCode: (typed) => Promise.resolve(typed),
    relayNote: () => undefined,
    invitation: () => undefined,
    ascii: false,
    clock: systemClock,
  })
} else {
  process.stdout.write("before the chat\n")
  try {
    const { summary } = await runTui({
      start: { kind: "chat", client },
      clock: systemClock,
      input: process.stdin,
      output: process.stdout,
      exportRoom: () => Promise.resolve("room.txt"),
      keepLanguage: () => {},
      readCode: (typed) => Promise.resolve(typed),
      relayNote: () => undefined,
      invitation: () => undefined,
      ascii: false,
      color: false,
      env: process.env,
      edit: (text) => editText(text, process.env, process.cwd()),
      stop: stop.signal,
      suspend: () => suspendJob(systemClock),
    })
    process.stdout.write(summary)
  } catch (error) {
    process.stdout.write(`ended: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
}
await client.stop()
process.stdin.unref()
