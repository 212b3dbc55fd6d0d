/** A room of thirty, with messages of one's own in every state that there is. */
import { FakeClient, NOON } from "./fake-client.ts"

export const PUPILS = 29

export interface BigClass {
  client: FakeClient
  /** Ids of the own messages, by what became of them. */
  ids: Record<"failed" | "partly" | "read" | "delivered" | "relayed" | "queued", string>
}

/** Everybody online, every third verified. @param rename what a pupil is called instead. */
export async function bigClass(rename: (n: number) => string = (n) => `Pupil ${n + 1}`): Promise<BigClass> {
  const client = new FakeClient("Meera")
  client.setConnection({
    state: "online",
    host: "192.168.1.5",
    port: 7667,
    relayName: "Class 8B",
    openRelay: false,
  })
  const people = Array.from({ length: PUPILS }, (_, n) => {
    const tag = (0xa1b2c3 + n * 7_919).toString(16)
    return client.addPerson(rename(n), { trust: n % 3 === 0 ? "verified" : "unverified", tag })
  })
  let minute = 0
  const say = async (text: string) => {
    client.now = NOON + ++minute * 60_000
    return (await client.send("r_everyone", text)).id
  }
  /** The relay has it; the first `read` have read it, those up to `delivered` have it. */
  const reached = (id: string, delivered: number, read: number) => {
    client.setState("r_everyone", id, "relayed")
    for (const [n, { id: person }] of people.entries())
      if (n < delivered) client.setReceipt("r_everyone", id, person, n < read ? "read" : "delivered")
  }
  const failed = await say("The key to the laboratory is at the office.")
  client.setState("r_everyone", failed, "failed")
  const partly = await say("Tomorrow we start at nine.")
  reached(partly, 20, 20)
  for (const { id } of people.slice(20)) client.setReceipt("r_everyone", partly, id, "failed")
  const read = await say("Good morning, class.")
  reached(read, PUPILS, PUPILS)
  const delivered = await say("Open page 41.")
  reached(delivered, PUPILS, 28)
  const relayed = await say(
    "Yes, at half past twelve, in this room. Bring paper and something to write with.",
  )
  reached(relayed, 12, 5)
  const queued = await say("Put your names on the sheet.")
  return { client, ids: { failed, partly, read, delivered, relayed, queued } }
}
