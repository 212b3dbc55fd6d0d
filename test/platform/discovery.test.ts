import { createSocket } from "node:dgram"
import { EventEmitter, once } from "node:events"
import { expect, test } from "vitest"
import { contain, createDiscovery, foundRelay, type FoundRelay } from "../../src/platform/discovery.ts"
import { silentLog } from "../../src/platform/log.ts"
import { systemRandom } from "../../src/platform/random.ts"

const k = "ab".repeat(32)
const answer = { port: 7777, txt: { v: "1", n: "Room 3", k }, addresses: ["fe80::1", "10.0.0.5"] }

test("an answer is read; an IPv4 address comes first, the sender's own address last", () => {
  expect(foundRelay(answer)).toEqual({ name: "Room 3", port: 7777, pinHex: k, host: "10.0.0.5" })
  expect(foundRelay({ ...answer, addresses: ["fe80::1"] })?.host).toBe("fe80::1")
  const referer = { address: "10.0.0.9", family: "IPv4", port: 5353, size: 9 } as const
  expect(foundRelay({ ...answer, addresses: [], referer })?.host).toBe("10.0.0.9")
})

test("a name is cut to 63 characters, between characters", () => {
  expect(foundRelay({ ...answer, txt: { v: "1", n: "👍".repeat(80), k } })?.name).toBe("👍".repeat(63))
})

test.each<[string, Parameters<typeof foundRelay>[0]]>([
  ["no text", { port: 1 }],
  ["another version", { ...answer, txt: { ...answer.txt, v: "2" } }],
  ["no key", { ...answer, txt: { v: "1", n: "x" } }],
  ["a short key", { ...answer, txt: { ...answer.txt, k: "abab" } }],
  ["a key in capitals", { ...answer, txt: { ...answer.txt, k: k.toUpperCase() } }],
  ["a key that is a flag", { ...answer, txt: { ...answer.txt, k: true } }],
  ["no name", { ...answer, txt: { v: "1", k } }],
  ["port 0", { ...answer, port: 0 }],
  ["a port too high", { ...answer, port: 65_536 }],
  ["no address", { ...answer, addresses: [] }],
  ["words for an address", { ...answer, addresses: ["example; rm -rf"] }],
])("an answer with %s is no relay", (_, hostile) => expect(foundRelay(hostile)).toBeUndefined())

const multicast = await multicastWorks()

test.runIf(multicast)("what is announced is found, and once", async () => {
  const discovery = createDiscovery(silentLog)
  const pinHex = Buffer.from(systemRandom.bytes(32)).toString("hex")
  const found: FoundRelay[] = []
  const first = Promise.withResolvers<void>()
  const stopLooking = discovery.look((relay) => {
    if (relay.pinHex !== pinHex) return
    found.push(relay)
    first.resolve()
  })
  const takeBack = discovery.announce({ name: "Room 3", port: 7_777, pinHex })
  await first.promise
  stopLooking()
  takeBack()
  expect(found).toEqual([
    { name: "Room 3", port: 7_777, pinHex, host: expect.stringMatching(/[.:]/) as string },
  ])
})

test.runIf(multicast)("a neighbour's broken packets end nothing, and the search goes on", async () => {
  const discovery = createDiscovery(silentLog)
  const pinHex = Buffer.from(systemRandom.bytes(32)).toString("hex")
  const found = Promise.withResolvers<void>()
  const stopLooking = discovery.look((relay) => relay.pinHex === pinHex && found.resolve())
  const neighbour = createSocket("udp4")
  for (const packet of HOSTILE_PACKETS) await send(neighbour, packet)
  neighbour.close()
  const takeBack = discovery.announce({ name: "x", port: 1, pinHex })
  await found.promise
  stopLooking()
  takeBack()
})

test("an error that nobody listens to and an exception in a listener are reported, not thrown", () => {
  const source = new EventEmitter()
  const errors: unknown[] = []
  contain(source, (error) => errors.push(error))
  const [lost, bug] = [new Error("port in use"), new TypeError("hostile packet")]
  source.on("query", () => {
    throw bug
  })
  source.emit("error", lost)
  source.emit("query")
  expect(errors).toEqual([lost, bug])
})

/** Cut, looping and contradictory DNS packets. */
const HOSTILE_PACKETS = [
  "", "00", "000000000001000000000000", "0000000000010000000000000000", "000084000000ffffffffffff",
  "00000000000100000000000003" + "ff".repeat(3) + "0000ff0001", "000000000001000000000000c00c000c0001",
  "00008400000000010000000000000c0001000000780002c00c",
] // prettier-ignore

function send(socket: ReturnType<typeof createSocket>, hex: string): Promise<void> {
  return new Promise(
    (resolve) => void socket.send(Buffer.from(hex, "hex"), 5_353, "224.0.0.251", () => resolve()),
  )
}

/** Whether this machine gives its own multicast packets back; a container without a network may not. */
async function multicastWorks(): Promise<boolean> {
  const socket = createSocket({ type: "udp4", reuseAddr: true })
  try {
    socket.bind(0)
    await once(socket, "listening")
    socket.addMembership("224.0.0.251")
    const heard = once(socket, "message", { signal: AbortSignal.timeout(500) })
    socket.send("x", socket.address().port, "224.0.0.251")
    await heard
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}
