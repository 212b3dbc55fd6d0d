/** `secure-chat doctor --net [INVITATION]`: names the step on the way to the relay that fails, and what mends it. */
import { equalBytes, toHex } from "../../bytes.ts"
import { certificateTag, invitationSecrets, secretOf } from "../../crypto/invitation-words.ts"
import { pinOf, readIdentity, readProfile, readRelay } from "../../client/profile.ts"
import { systemClock } from "../../platform/clock.ts"
import { createDiscovery } from "../../platform/discovery.ts"
import { silentLog } from "../../platform/log.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { systemProbe } from "../../platform/probe.ts"
import { systemRandom } from "../../platform/random.ts"
import { tlsNetwork } from "../../platform/tls.ts"
import { safeLine } from "../../tui/safe-text.ts"
import { CliError, type CliErrorCode } from "../errors.ts"
import { readInvitation } from "../invitation.ts"
import { resultJson } from "../json-lines.ts"
import { checkNet, type NetStep, type NetTarget } from "../net-check.ts"
import { openProfileDir } from "../profile-dir.ts"
import type { Invocation } from "./context.ts"

const LOOK_MS = 3_000
const STEP_CELLS = 11
const MARK_CELLS = 8
const ENDS: Readonly<Record<NetStep, CliErrorCode>> = {
  name: "unreachable",
  address: "unreachable",
  port: "unreachable",
  tls: "unreachable",
  pin: "wrong-pin",
  hello: "relay-refused",
  admission: "wrong-invitation",
  clock: "relay-refused",
}

/** @param typed an invitation; without one, the relay of the profile, which nobody may have open. @throws CliError. */
export async function checkTheNet(invocation: Invocation, typed: readonly string[]): Promise<void> {
  const target = typed.length > 0 ? fromInvitation(typed) : await fromProfile(invocation)
  const found = await checkNet(target, {
    probe: systemProbe,
    network: tlsNetwork,
    clock: systemClock,
    random: systemRandom,
    announced,
  })
  for (const { step, ok, words, mend } of found) {
    const mark = (ok ? "ok" : "FAILED").padEnd(MARK_CELLS)
    const mending =
      mend === undefined ? "" : `\n${" ".repeat(MARK_CELLS + STEP_CELLS)}to mend it: ${safeLine(mend)}`
    invocation.show(
      resultJson("doctor.net", undefined, { step, ok, words, mend: mend ?? null }),
      `${mark}${step.padEnd(STEP_CELLS)}${safeLine(words)}${mending}`,
    )
  }
  const last = found.at(-1)
  if (last !== undefined && !last.ok)
    throw new CliError(ENDS[last.step], `the way to the relay fails at: ${last.step}`)
}

function fromInvitation(typed: readonly string[]): NetTarget {
  const invitation = readInvitation(typed)
  const { host, port } = invitation
  if (invitation.kind === "link") {
    const { pin, admission } = invitation
    return {
      host,
      port,
      pin: { kind: "spki", sha256: pin },
      pinHex: toHex(pin),
      admission,
      identity: undefined,
    }
  }
  const secret = secretOf(invitation.words.join(" "))
  if (secret === undefined)
    throw new CliError("wrong-invitation", "these are no twelve words of an invitation")
  const accepts = (spkiSha256: Uint8Array, tag: Uint8Array) =>
    equalBytes(tag, certificateTag(nodePrimitives, secret, spkiSha256))
  const { admission } = invitationSecrets(nodePrimitives, secret)
  return {
    host,
    port,
    pin: { kind: "certificate-tag", accepts },
    pinHex: undefined,
    admission,
    identity: undefined,
  }
}

async function fromProfile({ config, io }: Invocation): Promise<NetTarget> {
  const profile = await openProfileDir(config, io, { create: false })
  try {
    const store = profile.open()
    try {
      const relay = readRelay(store)
      const pin = relay && pinOf(nodePrimitives, relay)
      if (relay === undefined || pin === undefined)
        throw new CliError(
          "usage",
          "this profile has joined no relay yet: secure-chat doctor --net INVITATION",
        )
      const { host, port, admission } = relay
      const identity = readProfile(store)?.registered === true ? readIdentity(store) : undefined
      return { host, port, pin, pinHex: relay.pin && toHex(relay.pin), admission, identity }
    } finally {
      store.close()
    }
  } finally {
    profile.close()
  }
}

/** What is announced on this network under the relay's key, heard for three seconds. It proves nothing. */
function announced(pinHex: string): Promise<{ host: string; port: number }[]> {
  return new Promise((resolve) => {
    const found: { host: string; port: number }[] = []
    const stop = createDiscovery(silentLog).look((relay) => {
      if (relay.pinHex === pinHex) found.push({ host: relay.host, port: relay.port })
    })
    systemClock.wakeAt(systemClock.now() + LOOK_MS, () => {
      stop()
      resolve(found)
    })
  })
}
