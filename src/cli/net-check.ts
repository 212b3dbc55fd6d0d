/**
 * The way to a relay, step by step: name, address, port, TLS, pin, hello, admission, clock. The first step that fails is
 * named, with what mends it. Nothing is registered and nothing is sent that another person could see.
 */
import { certifyDevice, createAccount, createDevice, signHello } from "../crypto/identity.ts"
import type { Identity } from "../client/context.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import type { CloseReason, Connection, Network, Pin } from "../platform/network.ts"
import type { Probe } from "../platform/probe.ts"
import type { Random } from "../platform/random.ts"
import { printHostPort } from "../protocol/address.ts"
import { ProtocolError, refusalName } from "../protocol/errors.ts"
import { encodeFrame, FrameDecoder } from "../protocol/framing.ts"
import { helloTranscript } from "../protocol/hello.ts"
import {
  type ClientMessage,
  decodeRelayMessage,
  encodeMessage,
  PROTOCOL_VERSION,
  type RelayMessage,
} from "../protocol/messages.ts"

export const NET_STEPS = ["name", "address", "port", "tls", "pin", "hello", "admission", "clock"] as const
export type NetStep = (typeof NET_STEPS)[number]

export interface Finding {
  step: NetStep
  ok: boolean
  words: string
  /** What to do, where it failed. */
  mend?: string
}

export interface NetTarget {
  host: string
  port: number
  pin: Pin
  /** In hex, where the key is known: such a relay may be announced elsewhere. */
  pinHex: string | undefined
  /** 16 bytes; undefined on an open relay. */
  admission: Uint8Array | undefined
  /** Whom the relay knows already; undefined before joining. */
  identity: Pick<Identity, "account" | "device" | "certificateEnd"> | undefined
}

export interface NetDeps {
  probe: Probe
  network: Network
  clock: Clock
  random: Random
  /** Where else a relay with this key is announced. */
  announced(pinHex: string): Promise<readonly { host: string; port: number }[]>
}

/** More than anybody's clock is off who does not notice it. */
export const CLOCK_TOLERANCE_MS: Millis = 600_000
const PATIENCE_MS: Millis = 12_000
const LONG_MS: Millis = 365 * 86_400_000

/** @returns what was found, up to the first step that failed. The relay id is the key's hash. */
export async function checkNet(target: NetTarget, deps: NetDeps): Promise<Finding[]> {
  const found: Finding[] = []
  const good = (step: NetStep, words: string) => void found.push({ step, ok: true, words })
  const bad = (step: NetStep, words: string, mend: string) => [...found, { step, ok: false, words, mend }]
  const { host, port } = target
  const { probe } = deps
  const own = probe.ownAddresses()

  const addresses = await probe.addressesOf(host)
  const [address] = addresses
  if (address === undefined)
    return bad(
      "name",
      `${host} has no address here`,
      `secure-chat join with the address in place of the name; on the relay: relay start --advertise ADDRESS`,
    )
  good("name", address === host ? `${host} is an address` : `${host} is ${addresses.join(", ")}`)

  const reached = await probe.reach(address, port)
  if (reached === "no-way" || (own.length === 0 && !isOwn(address)))
    return bad(
      "address",
      `this computer has no way to ${address}; its own addresses: ${own.join(", ") || "none"}`,
      "connect this computer to the relay's network: ip address",
    )
  good("address", own.length === 0 ? "this computer itself" : `this computer has ${own.join(", ")}`)

  const place = printHostPort({ host: address, port })
  if (reached !== "open") {
    const elsewhere = target.pinHex === undefined ? [] : await deps.announced(target.pinHex)
    const [other] = elsewhere.filter((each) => each.host !== address || each.port !== port)
    if (other !== undefined)
      return bad(
        "port",
        `nobody answers at ${place}, and this relay is announced at ${printHostPort(other)}`,
        "start the chat: it finds the relay there by itself, or join with the relay's new invitation",
      )
    return reached === "refused"
      ? bad(
          "port",
          `the machine at ${address} is there, and no relay listens on port ${port}`,
          "on the relay's machine: secure-chat relay status, then secure-chat relay start",
        )
      : bad(
          "port",
          `nothing comes back from ${place}`,
          `is the relay's machine on, with this address? Its firewall must let TCP ${port} in, such as: sudo ufw allow ${port}/tcp`,
        )
  }
  good("port", `something listens at ${place}`)

  const first = await greet(target, address, deps, deps.clock.now() + CLOCK_TOLERANCE_MS)
  if (first.kind === "closed" && first.reason.kind === "wrong-pin")
    return [
      ...found,
      { step: "tls", ok: true, words: "TLS 1.3 with the hybrid key exchange" },
      {
        step: "pin",
        ok: false,
        words: `what answers at ${place} is another relay than the invitation names, or somebody in between; nothing was sent to it`,
        mend: "ask whoever runs the relay, face to face: secure-chat relay invite --main prints the invitation",
      },
    ]
  if (first.kind === "closed" && !first.wasOpen)
    return bad(
      "tls",
      `what listens at ${place} does not speak secure-chat's TLS`,
      "is it the right port? On the relay's machine: secure-chat relay status",
    )
  good("tls", "TLS 1.3 with the hybrid key exchange")
  good("pin", "it is the relay of the invitation")
  return [...found, ...(await beyondTls(target, address, deps, first))]
}

async function beyondTls(
  target: NetTarget,
  address: string,
  deps: NetDeps,
  first: Greeted,
): Promise<Finding[]> {
  const hello: Finding = { step: "hello", ok: true, words: "it speaks this version of the protocol" }
  const fail = (step: NetStep, words: string, mend: string): Finding => ({ step, ok: false, words, mend })
  if (first.kind === "closed")
    return [
      fail(
        "hello",
        "it ends the connection without a word",
        "on the relay's machine: secure-chat relay log, and secure-chat relay limits show",
      ),
    ]
  if (first.kind === "refused") {
    switch (first.code) {
      case "bad-version":
        return [
          fail(
            "hello",
            "it speaks another version of the protocol",
            "install the same secure-chat here and there: secure-chat version",
          ),
        ]
      case "busy":
        return [
          fail(
            "hello",
            "it has no room for another connection from here now",
            "wait a little; on the relay's machine: secure-chat relay limits set connectionsPerAddress N, or connections N when all places are taken",
          ),
        ]
      case "banned":
        return [
          hello,
          fail(
            "admission",
            "the operator has shut you out",
            "ask the operator: secure-chat relay unban NAME",
          ),
        ]
      case "not-allowed": {
        if (target.identity === undefined) {
          const again = await greet(target, address, deps, deps.clock.now() + LONG_MS)
          if (again.kind === "register-first")
            return [
              hello,
              fail(
                "clock",
                "the relay's clock is more than ten minutes ahead of this computer's",
                "set the clocks: date, timedatectl",
              ),
            ]
        }
        return [
          hello,
          fail(
            "admission",
            "it does not take this device any more, or one of the two clocks is wrong",
            "compare the clocks (date); was the profile restored elsewhere? secure-chat join with a new profile",
          ),
        ]
      }
      default:
        return [fail("hello", `it refuses: ${first.code}`, "on the relay's machine: secure-chat relay log")]
    }
  }
  if (first.kind === "ready") {
    const ahead = deps.clock.now() - first.time
    const minutes = Math.round(Math.abs(ahead) / 60_000)
    const admitted: Finding = { step: "admission", ok: true, words: "this device is in its directory" }
    return Math.abs(ahead) > CLOCK_TOLERANCE_MS
      ? [
          hello,
          admitted,
          fail(
            "clock",
            `this computer's clock is ${minutes} minutes ${ahead > 0 ? "ahead of" : "behind"} the relay's`,
            "set the clocks: date, timedatectl",
          ),
        ]
      : [hello, admitted, { step: "clock", ok: true, words: "the two clocks agree" }]
  }
  const clock: Finding = {
    step: "clock",
    ok: true,
    words: "the relay's clock is not ahead of this computer's",
  }
  if (target.identity !== undefined)
    return [
      hello,
      {
        step: "admission",
        ok: true,
        words: "it does not know this device yet: the next start of the chat registers it",
      },
      clock,
    ]
  return first.isAdmitted
    ? [hello, { step: "admission", ok: true, words: "it takes the invitation" }, clock]
    : [
        hello,
        fail(
          "admission",
          "it does not take the invitation: used up, over or revoked",
          "ask for a new one; on the relay's machine: secure-chat relay invitations, secure-chat relay invite",
        ),
      ]
}

type Greeted =
  | { kind: "ready"; time: Millis }
  /** @param isAdmitted whether the invitation's code was taken. */
  | { kind: "register-first"; isAdmitted: boolean }
  | { kind: "refused"; code: ReturnType<typeof refusalName> }
  | { kind: "closed"; reason: CloseReason; wasOpen: boolean }

/** One connection: a hello, and where nobody is known an entry that cannot be taken, to see whether the code is. */
function greet(target: NetTarget, address: string, deps: NetDeps, notAfter: Millis): Promise<Greeted> {
  return new Promise((resolve) => {
    let open: Connection | undefined
    let wasOpen = false
    let isAsking = false
    const end = (how: Greeted) => {
      cancel()
      resolve(how)
      open?.close()
    }
    const cancel = deps.clock.wakeAt(deps.clock.now() + PATIENCE_MS, () =>
      end({ kind: "closed", reason: { kind: "failed", detail: "no answer" }, wasOpen }),
    )
    const decoder = new FrameDecoder()
    const say = (message: ClientMessage) => open?.send(encodeFrame(encodeMessage(message)))
    const heard = (message: RelayMessage) => {
      if (message.type === "ready") return end({ kind: "ready", time: message.time })
      if (message.type === "registerFirst") {
        if (target.identity !== undefined) return end({ kind: "register-first", isAdmitted: true })
        isAsking = true
        const admission = target.admission ?? new Uint8Array(16)
        return say({ type: "register", rid: 1, admission, entry: Uint8Array.of(0) })
      }
      if (message.type !== "refused") return
      const code = refusalName(message.code)
      end(
        isAsking && code !== "busy"
          ? { kind: "register-first", isAdmitted: code === "bad-directory-entry" }
          : { kind: "refused", code },
      )
    }
    const seen = watching(target.pin)
    deps.network.dial({ host: address, port: target.port }, seen.pin, {
      opened: (connection) => {
        open = connection
        wasOpen = true
        say(helloOf(target, deps.random, connection.exporter, seen.relayId(), notAfter))
      },
      received: (bytes) => {
        try {
          for (const body of decoder.push(bytes)) heard(decodeRelayMessage(body))
        } catch (cause) {
          if (!(cause instanceof ProtocolError)) throw cause
          end({ kind: "closed", reason: { kind: "failed", detail: "it says what no relay says" }, wasOpen })
        }
      },
      closed: (reason) => end({ kind: "closed", reason, wasOpen }),
    })
  })
}

/** The same pin, which remembers the key that it let through: that names the relay in the hello. */
function watching(pin: Pin): { pin: Pin; relayId(): Uint8Array } {
  if (pin.kind === "spki") return { pin, relayId: () => pin.sha256 }
  let key: Uint8Array = new Uint8Array(32)
  return {
    pin: {
      kind: "certificate-tag",
      accepts: (spkiSha256, tag) => {
        key = spkiSha256.slice()
        return pin.accepts(spkiSha256, tag)
      },
    },
    relayId: () => key,
  }
}

/** Of the person's own device, or of one that is made up and forgotten. */
function helloOf(
  { identity }: NetTarget,
  random: Random,
  exporter: Uint8Array,
  relayId: Uint8Array,
  notAfter: Millis,
): ClientMessage {
  const { account, device, certificateEnd } = identity ?? {
    account: createAccount(random),
    device: createDevice(random),
    certificateEnd: notAfter,
  }
  const parts = { accountId: account.accountId, deviceId: device.deviceId, version: PROTOCOL_VERSION }
  return {
    type: "hello",
    ...parts,
    devicePublic: device.auth.public,
    notAfter: certificateEnd,
    certificate: certifyDevice(account, device.deviceId, device.auth.public, certificateEnd),
    signature: signHello(device, helloTranscript({ relayId, exporter, ...parts })),
  }
}

function isOwn(address: string): boolean {
  return address === "::1" || address.startsWith("127.")
}
