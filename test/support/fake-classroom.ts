/** A small room for the tests of screens. */
import { FakeClient } from "./fake-client.ts"
import { NOON } from "./fake-people.ts"

/** Meera (verified, here), Ravi (not verified, here), Imran (offline, only listed), and a little talk. */
export async function classroom(): Promise<FakeClient> {
  const client = new FakeClient("Asha")
  const meera = client.addPerson("Meera T", { trust: "verified", tag: "a1b2c3" })
  const ravi = client.addPerson("Ravi", { tag: "7f3c2k" })
  client.addPerson("Imran", { online: false, here: false, tag: "9qx4e1" })
  client.setConnection({
    state: "online",
    host: "192.168.1.5",
    port: 7667,
    relayName: "Class 8B",
    openRelay: false,
  })
  client.notice("r_everyone", { code: "you-joined" }, NOON)
  client.receive("r_everyone", meera, "Open page 41.", NOON + 60_000)
  client.receive("r_everyone", ravi, "Is the quiz today?", NOON + 120_000)
  const { id } = await client.send(
    "r_everyone",
    "Yes, at half past twelve, in this room. Bring paper and something to write with.",
  )
  client.setState("r_everyone", id, "relayed")
  const chat = await client.openChat(meera.id)
  client.receive(chat.id, meera, "Can you help me with the third question?", NOON + 180_000)
  return client
}
