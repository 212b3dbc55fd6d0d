/** What is left when everything has drained: nothing waits, nothing went wrong unsaid, and the kept events fit the lines. */
import { expect } from "vitest"
import type { SimPerson } from "./sim-people.ts"

/** Stops everybody and looks at their disks. @param why begins each failure's message. */
export async function checkAtRest(people: readonly SimPerson[], why: string): Promise<void> {
  for (const someone of people) {
    const { client, events, name } = someone
    expect(
      events.filter(({ type }) => type === "error"),
      `${why}: ${name}'s client had errors`,
    ).toEqual([])
    const received = client
      .eventsSince(undefined, 100_000)
      .flatMap(({ event }) => (event.type === "message.received" ? [event.message.id] : []))
    const shown = client
      .rooms()
      .flatMap(({ id }) => client.transcript(id, 100_000))
      .flatMap((line) => (line.kind === "message" && !line.message.own ? [line.message.id] : []))
    expect(received.toSorted(), `${why}: ${name}'s kept events tell of every line once`).toEqual(
      shown.toSorted(),
    )
    await someone.stop()
    const store = someone.disk.open()
    for (const table of ["outbox", "pending", "pendingGroup"] as const)
      expect(store.count(table, {}), `${why}: rows of ${table} at ${name}`).toBe(0)
    store.close()
  }
}
