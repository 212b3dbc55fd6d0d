/** One life and everything that must be true of it afterwards, for whoever looks for a seed that fails. */
import { expect } from "vitest"
import { checkAtRest } from "../support/at-rest.ts"
import { check, checkAmongNoise, isCalm, live } from "../support/lives.ts"
import { liveLossy } from "../support/lossy-lives.ts"
import { checkRelayLife, relayLife } from "../support/relay-lives.ts"
import type { Lives } from "./plant.ts"

/** @throws Error with what is wrong, when anything is. */
export async function trial(seed: number, lives: Lives): Promise<void> {
  if (lives === "lossy") return void (await liveLossy(seed, "fast"))
  if (lives === "relay") return checkRelayLife(await relayLife(seed), `seed ${seed}`)
  const { world, relay, people } = await live(seed, lives === "noisy" ? "adversary" : "honest", "fast")
  const why = `seed ${seed}`
  expect(relay.fatal, `${why}: the relay gave up`).toBeUndefined()
  const waiting = people.filter((someone) => !isCalm(someone))
  if (waiting.length > 0) {
    const who = waiting.map(
      ({ name, client }) => `${name} ${client.connection().state} ${client.outboxCount()}`,
    )
    throw new Error(`${why}: not everything drained (${who.join(", ")})`)
  }
  if (lives === "noisy") await checkAmongNoise(world, people, why)
  else check(people, why)
  await checkAtRest(people, why)
}
