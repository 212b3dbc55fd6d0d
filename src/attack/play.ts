/** Plays one attack and judges what has come of it. */
import { type Actor, type Attack, codesOf, PATIENCE_MS, ROOM, type Stage, textsOf } from "./stage.ts"

export interface Outcome {
  isCaught: boolean
  /** What went wrong, when it was not. */
  why: string | undefined
  /** How often the attack was really made. */
  told: number
}

/**
 * Caught means: the attack was made, the attacker has got nothing, somebody was told if somebody should be, and what
 * holds always has held: nothing is shown twice, nothing that nobody wrote, nothing to somebody else, nothing lost.
 */
export async function play(attack: Attack, stage: Stage): Promise<Outcome> {
  const success = await attack.play(stage)
  const { told } = stage.relay
  const outcome = (why: string | undefined): Outcome => ({ isCaught: why === undefined, why, told })
  if (success !== undefined) return outcome(success)
  if (told + stage.seen.size === 0) return outcome("the attack did not take place")
  const { verdict } = attack
  if (verdict.kind === "detected" && !wasSaid(stage, verdict.by)) return outcome("nobody was told")
  stage.relay.behave()
  stage.relay.cutAll()
  const isHere = () =>
    stage.promises.every(({ from, to, text, readers }) => {
      const place = to === ROOM ? ROOM : from.name
      return readers.every((reader) => textsOf(reader, place).includes(text))
    })
  if (attack.recovers !== false && !(await stage.until(isHere, 3 * PATIENCE_MS)))
    return outcome("something that was said is lost")
  return outcome(falsehood(stage))
}

/** What an attacker's own program says, nobody else is told. */
function wasSaid(stage: Stage, code: string): boolean {
  const said = (actor: Actor) => !actor.isAttacker && codesOf(actor).includes(code)
  return stage.seen.has(code) || stage.actors.some(said)
}

/** What stands on a screen and should not. */
function falsehood(stage: Stage): string | undefined {
  for (const reader of stage.actors.filter(({ isAttacker }) => !isAttacker)) {
    for (const room of reader.client.rooms()) {
      const place = room.kind === "everyone" ? ROOM : room.name
      const texts = textsOf(reader, place)
      if (new Set(texts).size !== texts.length) return "something is shown twice"
      if (wrongText(stage, reader, room.id, place)) return "something is shown that was not written there"
    }
  }
  return undefined
}

function wrongText({ promises, actors }: Stage, reader: Actor, roomId: string, place: string): boolean {
  return reader.client.transcript(roomId, 1_000).some((line) => {
    if (line.kind !== "message" || line.message.own) return false
    const { from, text } = line.message
    if (actors.some(({ name, isAttacker }) => isAttacker && name === from.name)) return false
    return !promises.some(
      (promised) =>
        promised.text === text &&
        promised.from.name === from.name &&
        promised.to === (place === ROOM ? ROOM : reader.name),
    )
  })
}
