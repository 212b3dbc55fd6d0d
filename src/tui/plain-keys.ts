/** People's keys in lines: the pages of `key-actions.ts`, and the question about a key that was replaced. */
import { actOnKeys, type KeyAction } from "./key-actions.ts"
import { changedKeyText, CHOICES } from "./key-words.ts"
import { done } from "./plain-questions.ts"
import { lineOfSpans, roomOf, type Tools } from "./plain-rooms.ts"
import { verifyInLines, type VerifyTools } from "./plain-verify.ts"
import { safeLine, say } from "./safe-text.ts"
import { nameInWords } from "./theme.ts"

/** What answers to each of the three choices. */
const ANSWERS = { v: "verify", l: "later", b: "block" } as const

/** @throws ClientError for a name that is none. */
export async function keysInLines(
  command: { kind: KeyAction; name: string | undefined },
  tools: Tools & VerifyTools,
): Promise<void> {
  const { client, state, print, symbols } = tools
  const ask = (action: KeyAction, name: string | undefined) =>
    actOnKeys(client, { action, name, peer: roomOf(tools)?.peer }, symbols)
  const told = await ask(command.kind, command.name)
  if ("done" in told) return print(told.done)
  if (told.decide === undefined) return print(told.title, ...told.lines.map(lineOfSpans))
  const { id } = told.decide
  const act = (action: KeyAction) =>
    done(async () => {
      const after = await ask(action, id)
      if ("done" in after) print(after.done)
    })
  state.questions.ask(
    {
      text: say`Type verify, later or block.`,
      overtaken: () => {
        const now = client.people().find((person) => person.id === id)
        return now?.mustDecide === true
          ? undefined
          : say`The question is over: there is nothing to decide about ${nameInWords(told.decide ?? client.self())} any more.`
      },
      answer: (said) => {
        if (said === "verify") return () => verifyInLines({ name: id, how: undefined }, state.roomId, tools)
        return said === "later" || said === "block" ? act(said) : undefined
      },
    },
    told.title,
    ...changedKeyText(told.decide),
    ...CHOICES.map(({ key, meaning }) => say`${safeLine(ANSWERS[key])}: ${meaning}`),
  )
}
