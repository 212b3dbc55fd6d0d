/** Alice and bob in one room on the core's table. */
import { ROOM } from "./channels.ts"
import { CoreBench, handshake, open, type Wire } from "./core-bench.ts"
import { sealedEntry } from "./relay-people.ts"

export { ROOM }

export interface Room {
  bench: CoreBench
  alice: Wire
  bob: Wire
  handle: number
  /** Handshake 0, which opened the room. */
  first: Uint8Array
  message: () => Uint8Array
  commit: () => Uint8Array
}

/** Alice and bob in a room with one handshake; nothing is waiting to be read. */
export async function room(options: ConstructorParameters<typeof CoreBench>[0] = {}): Promise<Room> {
  const bench = new CoreBench(options)
  const { wire: alice } = await bench.join("alice")
  const { wire: bob } = await bench.join("bob")
  const { handle } = await alice.expect(open(ROOM), "opened")
  await bob.expect(open(ROOM), "opened")
  const first = sealedEntry(bench.random, { kind: "handshake" })
  await alice.ask(handshake(handle, 0, first))
  for (const wire of [alice, bob]) wire.take()
  return {
    bench,
    alice,
    bob,
    handle,
    first,
    message: () => sealedEntry(bench.random),
    commit: () => sealedEntry(bench.random, { kind: "handshake" }),
  }
}
