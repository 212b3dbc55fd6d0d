/**
 * Lives of the relay alone: four clients write into one log over links that die, at a relay that dies as well, in the
 * middle of syncs and with disks that fill up. They offer whatever is not accepted again, before they have read.
 */
import { ROOM } from "./channels.ts"
import { expect } from "vitest"
import { RelayPerson, sealedEntry } from "./relay-people.ts"
import { SimRelay } from "./sim-relay.ts"
import { seededRandom, World } from "./sim.ts"
import { WireClient } from "./wire-client.ts"

const CLIENTS = 4
const MESSAGES = 12

export interface Outcome {
  logs: string[][]
  offered: string[]
  lost: string[]
  trace: string
  cuts: number
  crashes: number
  refusals: number
}

export async function relayLife(seed: number): Promise<Outcome> {
  const world = new World(seed, { slowestMs: 40, cutChance: 0.01 })
  const { chance } = world
  const random = seededRandom(chance)
  let isFull = false
  const relay = new SimRelay(world, { syncMs: 5, failAt: () => (isFull ? "full" : undefined) })
  await relay.start()
  let refusals = 0
  let crashes = 0
  const clients = Array.from({ length: CLIENTS }, (_, n) => {
    const process = world.process(`client ${n}`)
    const client: WireClient = new WireClient({
      network: process.network,
      address: relay.address,
      pin: relay.pin,
      relayId: relay.relayId,
      person: new RelayPerson(`client ${n}`, random),
      channelId: ROOM,
      onMessage: (message) => void (message.type === "rejected" && refusals++),
      onClosed: () =>
        void process.clock.wakeAt(world.clock.now() + 50 + chance.below(500), () => client.connect()),
    })
    client.connect()
    return client
  })
  await world.runUntil(() => clients.every((client) => client.isOpen), 60_000)
  const offered = [clients[0]!.offer(sealedEntry(random, { kind: "handshake" }), true)]
  for (let n = 0; n < MESSAGES * CLIENTS; n++) {
    const client = chance.pick(clients)
    const isHandshake = chance.chance(0.15)
    offered.push(
      client.offer(sealedEntry(random, { kind: isHandshake ? "handshake" : "message" }), isHandshake),
    )
    if (chance.chance(0.06)) {
      relay.crash(chance.pick(["lost", "kept"]))
      crashes++
      await world.run(chance.below(300))
      await relay.start()
    }
    if (chance.chance(0.05)) isFull = !isFull
    await world.run(chance.below(120))
  }
  isFull = false
  world.network.quality = { ...world.network.quality, cutChance: 0 }
  // What was rejected for want of room is offered again with the next connection.
  const isDone = () => clients.every((client) => client.waiting === 0 && client.log.length >= offered.length)
  for (let n = 0; n < 20 && !isDone(); n++) {
    world.network.cutAll()
    await world.runUntil(isDone, 20_000)
  }
  const lost = clients.flatMap((client) =>
    [...client.accepted].filter(([eid, seq]) => client.log[seq - 1]?.eid !== eid).map(([eid]) => eid),
  )
  const logs = clients.map((client) =>
    client.log.map((entry) => `${entry.seq} ${entry.position} ${entry.eid}`),
  )
  expect(
    clients.map((client) => client.resets),
    `seed ${seed}`,
  ).toEqual(clients.map(() => 0))
  expect(relay.fatal, `seed ${seed}`).toBeUndefined()
  return { logs, offered, lost, trace: world.traceHash, cuts: world.network.cuts, crashes, refusals }
}

/** Whatever was accepted stays where it was accepted, what was offered arrives once, and everybody reads one log. */
export function checkRelayLife({ lost, logs, offered }: Outcome, why: string): void {
  expect(lost, `${why}: accepted and lost`).toEqual([])
  for (const log of logs) expect(log, `${why}: two logs`).toEqual(logs[0])
  const eids = logs[0]!.map((line) => line.split(" ")[2]!)
  expect(eids.length, `${why}: entries`).toBe(offered.length)
  expect(new Set(eids), `${why}: what was offered`).toEqual(new Set(offered))
}
