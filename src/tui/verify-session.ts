/** What the panels of a verification ask of the client, performed. */
import type { Client } from "../client/client.ts"
import type { PersonRef, PersonView } from "../client/events.ts"
import { actOnVerification, type VerificationAct } from "./verification-choices.ts"
import { overlayOf } from "./verification-keys.ts"
import { isOver } from "./verification-words.ts"
import { say, type SafeText } from "./safe-text.ts"
import type { ChatEvent, ChatView, Effect, Overlay, Tone } from "./view.ts"
import { errorWords } from "./words.ts"

interface VerifyDeps {
  client: Client
  view: () => ChatView
  dispatch: (event: ChatEvent) => void
  /** The text of a code, from a file or from what was typed. */
  readCode: (typed: string) => Promise<string>
}

interface VerifyTools {
  tell: (text: SafeText, tone: Tone) => void
  refresh: () => void
}

/** `/verify` and everything that leads there. @throws ClientError for a name that nobody or two people have. */
export async function startVerifying(
  { client, dispatch, view }: VerifyDeps,
  { name, how }: Effect & { kind: "verify" },
  { refresh }: VerifyTools,
): Promise<void> {
  const open = (overlay: Overlay) => {
    refresh()
    dispatch({ kind: "overlay", overlay })
  }
  if (how === "room") {
    const { id } = await client.verification.askRoom(roomToVerify(client, name, view().roomId))
    return open(overlayOf(id))
  }
  if (name === undefined) return
  const person = client.findPerson(name)
  switch (how) {
    case "words":
      return open(overlayOf((await client.verification.askWords(person.id)).id))
    case "show":
      return open(overlayOf((await client.verification.qrText(person.id)).id))
    case "read":
      return open({ kind: "read-code", person, typed: say``, state: "typing", trouble: undefined })
    case "digits":
      return open({
        kind: "verify",
        person,
        number: client.safetyNumber(person.id),
        step: "compare",
      })
    case undefined: {
      const known = openWith(client, person)
      return open(known === undefined ? { kind: "verify-how", person, index: 0 } : overlayOf(known))
    }
  }
}

/** A verification with this person that waits for something comes before a new one. */
function openWith(client: Client, person: PersonView): string | undefined {
  return client.verification
    .all()
    .find((each) => each.kind !== "room" && each.person?.id === person.id && !isOver(each))?.id
}

/** The room that was named, or the one on the screen, or `#everyone`. */
export function roomToVerify(client: Client, name: string | undefined, roomId: string | undefined): string {
  if (name?.startsWith("#") === true) return client.findRoom(name).id
  const room = client.rooms().find(({ id }) => id === roomId)
  return room !== undefined && room.kind !== "direct" ? room.id : client.findRoom("#everyone").id
}

export async function actInPanel(
  { client }: VerifyDeps,
  { id, act, attempt }: { id: string; act: VerificationAct; attempt: number },
  { refresh }: VerifyTools,
): Promise<void> {
  const { person } = client.verification.view(id)
  await actOnVerification(client.verification, { id, attempt }, act)
  if (act === "done") await dismissIdle(client, person)
  refresh()
}

/** Whoever asks again and again leaves nothing to put away one by one: what came to nothing goes together. */
async function dismissIdle({ verification }: Client, person: PersonRef | undefined): Promise<void> {
  for (const each of verification.all()) {
    const isIdle = each.step === "cancelled" || each.step === "timed-out"
    if (isIdle && each.person?.id === person?.id) await verification.dismiss(each.id)
  }
}

/** Reads the code, and shows what came of it. What cannot be read is said in the panel, with what was typed. */
export async function readCode(
  { client, dispatch, view, readCode: read }: VerifyDeps,
  { personId, typed }: { personId: string; typed: string },
  { refresh }: VerifyTools,
): Promise<void> {
  const isWaiting = () => {
    const { overlay } = view()
    return overlay?.kind === "read-code" && overlay.state === "reading" ? overlay : undefined
  }
  try {
    const text = await read(typed)
    // Whoever left the panel meanwhile wants nothing marked.
    if (isWaiting() === undefined) return
    const { id } = await client.verification.readQr(personId, text)
    refresh()
    dispatch({ kind: "overlay", overlay: overlayOf(id) })
  } catch (error) {
    const panel = isWaiting()
    if (panel === undefined) return
    dispatch({ kind: "overlay", overlay: { ...panel, state: "typing", trouble: errorWords(error) } })
  }
}
