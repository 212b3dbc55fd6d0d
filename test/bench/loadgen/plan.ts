/**
 * What the load generator sends to our relay, made beforehand with the product's own encoder: devices that greet and
 * register, channels that are opened, and the first handshake of each. The generator fills in signatures and handles.
 */
import { writeFileSync } from "node:fs"
import { ByteWriter, concat, u32, utf8 } from "../../../src/bytes.ts"
import { channelIdOf, labelled, tokenHash } from "../../../src/crypto/hash.ts"
import { systemRandom } from "../../../src/platform/random.ts"
import { encodeDirectoryEntry } from "../../../src/protocol/directory-entry.ts"
import { encodeFrame } from "../../../src/protocol/framing.ts"
import { ALPN } from "../../../src/protocol/hello.ts"
import {
  type ClientMessage,
  encodeMessage,
  MESSAGE_NUMBERS,
  PROTOCOL_VERSION,
} from "../../../src/protocol/messages.ts"
import { RelayPerson, sealedEntry } from "../../support/relay-people.ts"

const DEVICES_PER_PERSON = 5
/** More than connect at once: a second device must not come before its person is registered. */
const LEAST_PEOPLE = 128
const NONE = new Uint8Array(32)
const TYPES = ["registerFirst", "ready", "opened", "entry", "accepted", "ephemeral", "ping", "pong"] as const

const frame = (message: ClientMessage) => encodeFrame(encodeMessage(message))

/** The same people for every run on one relay. */
export class Crowd {
  readonly #devices: Uint8Array[] = []

  /**
   * @param relayId 32 bytes.
   * @param admission 16 bytes.
   * @param devices how many can connect at once; five of them are one person's, so that presence is not all there is.
   */
  constructor(relayId: Uint8Array, admission: Uint8Array, devices: number) {
    const count = Math.max(LEAST_PEOPLE, Math.ceil(devices / DEVICES_PER_PERSON))
    const people = Array.from({ length: count }, (_, n) => madePerson(n, relayId, admission))
    // Everybody's first device comes before anybody's second, which needs its person to be registered.
    for (let device = 0; device < DEVICES_PER_PERSON; device++)
      for (const person of people) this.#devices.push(person[device]!)
  }

  /** @param channels fresh ones, whose logs are empty. */
  write(path: string, channels: number): void {
    const numbers = [...TYPES.map((type) => MESSAGE_NUMBERS[type]), this.#devices.length, channels]
    writeFileSync(
      path,
      concat(...numbers.map(u32), ...this.#devices, ...Array.from({ length: channels }, madeChannel)),
    )
  }
}

function madePerson(n: number, relayId: Uint8Array, admission: Uint8Array): Uint8Array[] {
  const person = new RelayPerson(`bench ${n}`, systemRandom)
  const devices = [person.device]
  while (devices.length < DEVICES_PER_PERSON) devices.push(person.anotherDevice())
  const entry = encodeDirectoryEntry(person.entry({}, devices))
  const registration = frame({ type: "register", rid: 1, admission, entry })
  return devices.map((device) => {
    const hello = person.hello(relayId, NONE, device)
    const version = Uint8Array.of(PROTOCOL_VERSION >> 8, PROTOCOL_VERSION & 0xff)
    return new ByteWriter(4_096)
      .sized(device.keys.auth.secret.expose().subarray(0, 32))
      .sized(frame({ ...hello, signature: new Uint8Array(64) }))
      .sized(labelled("hello", [relayId]))
      .sized(concat(person.accountId, device.keys.deviceId, version, utf8(ALPN)))
      .sized(registration)
      .done()
  })
}

function madeChannel(): Uint8Array {
  const [opening, token] = [systemRandom.bytes(32), systemRandom.bytes(32)]
  const channelId = channelIdOf(opening)
  const from = { incarnation: new Uint8Array(16), cursor: 0, head: NONE }
  const handshake: ClientMessage = {
    type: "handshake",
    handle: 0,
    expect: 0,
    tokenHash: tokenHash(channelId, 0, token),
    headerId: NONE,
    headerBlob: NONE,
    header: new Uint8Array(0),
    entry: sealedEntry(systemRandom, { kind: "handshake" }),
  }
  return new ByteWriter(1_024)
    .sized(frame({ type: "open", rid: 2, channelId, ...from }))
    .sized(frame({ type: "proveOpening", handle: 0, token: opening }))
    .sized(concat(frame(handshake), frame({ type: "prove", handle: 0, position: 0, token })))
    .done()
}
