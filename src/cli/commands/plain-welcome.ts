/** The first start in lines: a name, then an invitation or a relay of one's own. */
import type { Client } from "../../client/client.ts"
import { safeLine, safeName, say } from "../../tui/safe-text.ts"
import type { WelcomeActions } from "../../tui/main.tsx"
import { relayKeyWords } from "../../tui/welcome-state.ts"

/** @returns undefined when the input ends first. */
export async function plainWelcome(
  actions: WelcomeActions,
  lines: AsyncIterator<string>,
  print: (line: string) => void,
): Promise<Client | undefined> {
  const stopLooking = actions.findRelays((relay) => {
    const { name, host, port } = relay
    print(
      say`${safeName(name)} at ${safeLine(`${host}:${port}`)} is a relay that shows itself on this network.`,
    )
    print(relayKeyWords(relay))
  })
  try {
    return await findRelay(actions, lines, print)
  } finally {
    stopLooking()
  }
}

async function findRelay(
  actions: WelcomeActions,
  lines: AsyncIterator<string>,
  print: (line: string) => void,
): Promise<Client | undefined> {
  print(say`First a name, then a relay. /quit leaves, /back asks for the name again.`)
  let name = await askName(actions, lines, print)
  for (;;) {
    if (name === undefined) return undefined
    print(say`Paste your invitation, or type its address and 12 words,`)
    print(say`or write host to run a relay on this computer:`)
    const typed = await next(lines)
    if (typed === undefined || isQuit(typed)) return undefined
    if (typed === "") continue
    if (typed.toLowerCase() === "/back") {
      name = await askName(actions, lines, print)
      continue
    }
    if (typed.startsWith("/")) {
      print(say`Not done: here there are only /back, which asks for the name again, and /quit.`)
      continue
    }
    if (typed.toLowerCase() === "host") {
      print(say`Starting a relay on this computer…`)
      const hosted = await actions.hostHere(name)
      if (hosted.ok) {
        print(say`Your relay runs. The invitation for the others:`)
        print(`  ${hosted.invitation}`)
        if (hosted.words !== "") print(`  ${hosted.words}`)
        return hosted.client
      }
      print(safeLine(hosted.problem))
      continue
    }
    const reading = actions.readInvitation(typed)
    if (reading.ok && reading.complete) {
      const where = safeLine(`${reading.host}:${reading.port}`)
      print(say`Looking for the relay at ${where}; this may take a moment. Ctrl+C leaves.`)
    }
    const joined = await actions.join(name, typed)
    if (joined.ok) return joined.client
    print(safeLine(joined.problem))
    if (joined.retry === "name") name = await askName(actions, lines, print)
  }
}

async function askName(
  actions: WelcomeActions,
  lines: AsyncIterator<string>,
  print: (line: string) => void,
): Promise<string | undefined> {
  for (;;) {
    print(say`Your name, as others will see it:`)
    const typed = await next(lines)
    if (typed === undefined || isQuit(typed)) return undefined
    const checked = actions.checkName(typed)
    if (checked.ok) return checked.name
    print(safeLine(checked.problem))
  }
}

function isQuit(typed: string): boolean {
  return ["/quit", "/q"].includes(typed.toLowerCase())
}

async function next(lines: AsyncIterator<string>): Promise<string | undefined> {
  const result: IteratorResult<string, unknown> = await lines.next()
  return result.done === true ? undefined : result.value.trim()
}
