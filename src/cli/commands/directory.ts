/** `secure-chat directory …`: the relay's list of people as a log, what others saw of it, and what to do after an alarm. */
import { toBase64Url, toHex } from "../../bytes.ts"
import { checkProof, MAX_PROOF_TEXT_BYTES } from "../../client/directory-evidence.ts"
import type { HeadView } from "../../client/events.ts"
import { readProfile, readRelay } from "../../client/profile.ts"
import { sodiumReady } from "../../crypto/sodium.ts"
import { nodeFiles } from "../../platform/files.ts"
import { nodePrimitives } from "../../platform/primitives.ts"
import { alarmDetail, alarmWords } from "../../tui/directory-words.ts"
import { safeName, say } from "../../tui/safe-text.ts"
import { nameInWords, nameWithMark } from "../../tui/theme.ts"
import { CliError } from "../errors.ts"
import { isoTime, personJson, resultJson } from "../json-lines.ts"
import { syncIfPossible, SYNC_MS } from "../settle.ts"
import { waitFor } from "../wait.ts"
import { type ClientSession, type Invocation, withClient } from "./context.ts"
import { findPersonSyncing } from "./find.ts"
import type { ReadOptions } from "./read.ts"

const sha = (bytes: Uint8Array) => nodePrimitives.sha("sha256", bytes)

/** How long whoever has another list is waited for, and then until what is said to them has left. */
const COMPARE_MS = 20_000
const LEAVE_MS = 2_000

/** A relay that was caught is not asked, and its list is shown as it was; only what it differs in is found out. */
async function sync({ client, ...session }: ClientSession, invocation: Invocation, offline: boolean) {
  const { alarm } = client.directory.view()
  if (offline) return
  if (!alarm || alarm.accepted) return syncIfPossible({ client, ...session }, invocation.io)
  const { from, difference } = alarm
  if (from === undefined || difference !== undefined) return
  client.start()
  invocation.io.say(say`Finding out what your list and that of ${nameInWords(from)} differ in…`)
  const isKnown = () => (client.directory.view().alarm?.difference === undefined ? undefined : true)
  const waited = await waitFor(session.waiting(COMPARE_MS), isKnown)
  if (waited.kind === "found") await waitFor(session.waiting(LEAVE_MS), () => undefined)
}

export async function showDirectory(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    await sync(session, invocation, offline)
    const { client } = session
    const { head, readAt, former, alarm } = client.directory.view()
    const json = {
      head: head ?? null,
      readAt: readAt === undefined ? null : isoTime(readAt),
      former,
      alarm: alarm ? { ...alarm, at: isoTime(alarm.at) } : null,
    }
    const lines =
      head && readAt !== undefined
        ? [
            `log      ${head.log}`,
            `places   ${head.size}`,
            `root     ${head.root}`,
            `read     ${isoTime(readAt)}`,
            ...former.map((each) => `before   ${headText(each)}`),
          ]
        : ["The relay's list of people has not been read yet."]
    const warning = alarm
      ? [`${alarm.accepted ? "accepted " : ""}${alarmWords(alarm.why)}`, alarmDetail(alarm)]
      : []
    invocation.show(
      resultJson("directory", client.self().name, json),
      [...lines, ...warning.map(String)].join("\n"),
    )
  })
}

/** @throws CliError `not-matching` when anything is wrong. */
export async function verifyDirectory(invocation: Invocation, { offline }: ReadOptions): Promise<void> {
  await withClient(invocation, async (session) => {
    await sync(session, invocation, offline)
    const { client } = session
    const problems = client.directory.verify()
    if (problems.length > 0) throw new CliError("not-matching", problems.join("; "))
    const { head } = client.directory.view()
    const text = `All of it fits: ${headText(head!)}`
    invocation.show(resultJson("directory.verified", client.self().name, { head }), text)
  })
}

export async function proveInDirectory(
  invocation: Invocation,
  name: string,
  { offline }: ReadOptions,
): Promise<void> {
  await withClient(invocation, async (session) => {
    await sync(session, invocation, offline)
    const { client, waiting } = session
    const person = offline
      ? client.findPerson(name)
      : await findPersonSyncing(session, name, waiting(SYNC_MS))
    const proof = client.directory.prove(person.id)
    const json = resultJson("directory.proof", client.self().name, { person: personJson(person), proof })
    invocation.show(json, proof.trimEnd())
  })
}

/** Without profile and relay. @throws CliError `not-matching` for a proof of nothing. */
export async function checkDirectory(invocation: Invocation, file: string): Promise<void> {
  await sodiumReady()
  const checked = checkProof(sha, nodeFiles.read(file, MAX_PROOF_TEXT_BYTES))
  if (!checked) throw new CliError("not-matching", `${file} proves nothing`)
  const { relayId, head, index, entry } = checked
  const id = `u_${toBase64Url(entry.accountId.subarray(0, 16))}`
  const fields = { relay: toHex(relayId), log: head.log, size: head.size, index, id, name: entry.name }
  const text = [
    `The relay with the key ${toHex(relayId)}`,
    `has signed that ${safeName(entry.name)} (${id}), entry ${entry.seq},`,
    `stands at place ${index} of ${head.size} of its log ${head.log}.`,
  ]
  invocation.show(resultJson("directory.checked", undefined, fields), text.join("\n"))
}

export async function showHeads(invocation: Invocation): Promise<void> {
  await withClient(invocation, async ({ client }) => {
    for (const { person, head, at, fits } of client.directory.told()) {
      const fields = { person: personJson(person), head, at: isoTime(at), fits }
      const verdict = fits ? "fits" : "not explained yet"
      const text = `${nameWithMark(person, invocation.symbols)}  ${headText(head)}  ${isoTime(at)}  ${verdict}`
      invocation.show(resultJson("directory.head", client.self().name, fields), text)
    }
  })
}

export async function showEvidence(invocation: Invocation): Promise<void> {
  await withClient(invocation, async ({ client, store }) => {
    const evidence = client.directory.evidence()
    if (evidence === undefined) return invocation.io.say(say`There was no alarm.`)
    const relay = readRelay(store)?.pin
    const fields = { relay: relay ? toHex(relay) : null, evidence }
    invocation.show(resultJson("directory.evidence", readProfile(store)?.name, fields), evidence.trimEnd())
  })
}

export async function acceptDirectory(invocation: Invocation): Promise<void> {
  await withClient(invocation, async ({ client }) => {
    const { alarm } = client.directory.view()
    if (!alarm || alarm.accepted) return invocation.io.say(say`There is no alarm to accept.`)
    await client.directory.accept()
    const text = say`From now on the relay's list of people is read anew. What you know of people's keys stays as it is.`
    invocation.show(resultJson("directory.accepted", client.self().name, { why: alarm.why }), text)
  })
}

function headText({ log, size, root }: HeadView): string {
  return `${size} places of log ${log}, root ${root}`
}
