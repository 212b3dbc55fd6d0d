/**
 * System calls that fail under the real programs: a write or a sync of the database is answered with EIO, ENOSPC or
 * EINTR by strace, and never reaches the disk. Afterwards the power is cut as well, where this machine can do that:
 * what a failed sync left in the page cache must not have been called kept. Each program either goes on or ends with a
 * sentence and its own exit code, and the next start finds everything that was acknowledged.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { ClientProcess } from "../support/client-process.ts"
import { noPowerDisk, PowerDisk } from "../support/power-disk.ts"
import { builtProgram, type Finished, type RelayRun } from "../support/program.ts"
import { allHere, eventually, expectDelivered, expectNoReuse, settledOutcome } from "../support/promises.ts"
import { cyclesOf, figures, IN_MEMORY, leftOut } from "../support/reality.ts"
import { expectKept, expectResumed, RelayLoad } from "../support/relay-load.ts"
import { callsIn, type Fault, hasHit, nameOf, noStrace, underStrace } from "../support/strace.ts"

const RELAY_POINTS = cyclesOf({ check: 8, slow: 30 })
const CLIENT_POINTS = cyclesOf({ check: 4, slow: 20 })
/** A point that is not reached in this time does not count. */
const HIT_WITHIN_MS = 8_000
/** How the programs end when the disk has failed them (PROTOCOL.md §19). */
const UNAVAILABLE = 3

const why = noStrace()
if (why !== undefined) leftOut("system call faults", why)
const whyNoCut = why ?? noPowerDisk()
if (why === undefined && whyNoCut !== undefined) leftOut("power cuts after system call faults", whyNoCut)

const program = builtProgram(IN_MEMORY)
const disks: PowerDisk[] = []
const people: ClientProcess[] = []
const loads: RelayLoad[] = []
const relays: RelayRun[] = []
afterAll(async () => {
  for (const load of loads) load.stop()
  for (const person of people) await person.end()
  for (const relay of relays) {
    relay.child.kill("SIGKILL")
    await relay.finished
  }
  for (const disk of disks) disk.remove()
})

type Calls = Record<Fault["call"], number>
/** Among so many calls after the start one fails: what a second of work makes. */
const IN_WORK: Calls = { sync: 20, write: 150 }
const KINDS: readonly Pick<Fault, "call" | "error" | "count">[] = [
  { call: "sync", error: "EIO", count: 1 },
  { call: "write", error: "ENOSPC", count: 1 },
  { call: "sync", error: "ENOSPC", count: 1 },
  { call: "write", error: "EIO", count: 1 },
  { call: "write", error: "EINTR", count: 2 },
  { call: "sync", error: "EINTR", count: 1 },
]

/** One in four comes while the program starts, the others soon afterwards, in its work. */
function faultsOf(points: number, atStart: Calls): Fault[] {
  return Array.from({ length: points }, (_, n) => {
    const kind = KINDS[n % KINDS.length]!
    const before = atStart[kind.call]
    const chance = Math.random()
    const first = 1 + Math.floor(n % 4 === 3 ? chance * before : before + chance * IN_WORK[kind.call])
    return { ...kind, first }
  })
}

test.skipIf(why)(
  `relay: ${RELAY_POINTS} system calls fail, and nothing accepted is lost`,
  { timeout: 60_000 + RELAY_POINTS * 15_000 },
  async () => {
    const folder = join(newFolder(), "relay")
    const files = ["relay.db", "relay.db-wal"].map((name) => join(folder, name))
    const first = await program.relay(folder)
    const port = String(first.port)
    await first.stop()
    // The log's first segment is made with the first entry; more than one is not filled here.
    const entries = readdirSync(folder).find((name) => name.startsWith("entries-"))!
    files.push(join(folder, entries, "0000000001.segment"))
    const calm = program.path("calm relay.strace")
    const second = await program.relayUnder(underStrace(files, calm, undefined), folder, "--port", port)
    const atStart = callsIn(calm)
    await second.stop()
    const load = new RelayLoad(first.invitation)
    loads.push(load)
    load.start()
    let slowest = 0
    const tally = { hit: 0, ended: 0, "went on": 0, "not started": 0 }
    for (const [n, fault] of faultsOf(RELAY_POINTS, atStart).entries()) {
      const log = program.path(`relay ${n}.strace`)
      const started = await startRelay(underStrace(files, log, fault), folder, port)
      if ("code" in started) {
        expectCleanEnd(started, fault)
        tally["not started"]++
      } else {
        let isOver = false
        void started.finished.then(() => (isOver = true))
        await hitOrTooLate(log, () => isOver)
        const [before, began] = [load.accepted, performance.now()]
        await eventually(
          `the relay goes on or ends after ${nameOf(fault)}`,
          () => isOver || load.accepted > before + 40,
        )
        tally[isOver ? "ended" : "went on"]++
        slowest = Math.max(slowest, performance.now() - began)
        if (isOver) expectCleanEnd(await started.finished, fault)
        cutPower(folder, started)
        await started.finished
      }
      if (hasHit(log)) tally.hit++
      expectKept(load, folder, program.path("copy"))
    }
    const last = await program.relay(folder, "--port", port)
    await load.more(20)
    load.stop()
    expect((await last.stop()).code).toBe(0)
    expectKept(load, folder, program.path("copy"))
    expectResumed(load)
    expect(tally.hit).toBeGreaterThanOrEqual(RELAY_POINTS / 2)
    figures("system call faults, relay", {
      points: RELAY_POINTS,
      ...tally,
      "ms to go on or end at most": Math.round(slowest),
      accepted: load.accepted,
      lost: 0,
    })
  },
)

test.skipIf(why)(
  `client: ${CLIENT_POINTS} system calls fail, and nothing promised is lost`,
  { timeout: 120_000 + CLIENT_POINTS * 20_000 },
  async () => {
    const relay = await program.relay("relay of clients")
    relays.push(relay)
    const plain = program.path("people")
    mkdirSync(plain)
    const folder = newFolder()
    let under: readonly string[] = []
    const { invitation } = relay
    const reader = new ClientProcess({ name: "rita", folder: plain, invitation })
    const victim = new ClientProcess({ name: "vic", folder, notesIn: plain, invitation, under: () => under })
    people.push(reader, victim)
    await Promise.all([reader.start(), victim.start()])
    await allHere(people)
    expect(await victim.stop()).toBe(0)
    const files = ["chat.db", "chat.db-wal"].map((name) => join(victim.profile, name))
    const calm = program.path("calm client.strace")
    under = underStrace(files, calm, undefined)
    await victim.start()
    const atStart = callsIn(calm)
    expect(await victim.stop()).toBe(0)
    reader.talk(["#everyone", "vic"], 40)
    const tally = { hit: 0, ended: 0, "went on": 0, "not started": 0 }
    for (const [n, fault] of faultsOf(CLIENT_POINTS, atStart).entries()) {
      const log = program.path(`client ${n}.strace`)
      under = underStrace(files, log, fault)
      if (!(await comesUp(victim))) tally["not started"]++
      else {
        victim.talk(["#everyone", "rita"], 15)
        await hitOrTooLate(log, () => !victim.isUp)
        const before = victim.shown.length
        await eventually(
          `the client goes on or ends after ${nameOf(fault)}`,
          () => !victim.isUp || victim.shown.length > before + 5,
        )
        tally[victim.isUp ? "went on" : "ended"]++
      }
      if (hasHit(log)) tally.hit++
      if (victim.isUp) cutClient(victim)
      await victim.end()
      victim.lostPower()
    }
    under = []
    await victim.start()
    victim.talk(["#everyone", "rita"], 15)
    await eventually("the client sends again", () => (victim.promised.get("rita") ?? []).length > 3)
    for (const person of people) await person.quiet()
    const outcome = await settledOutcome(people, ["#everyone", ["rita", "vic"]])
    expect(victim.troubles.filter((trouble) => trouble.includes("internal"))).toEqual([])
    const sent = expectNoReuse(people)
    expectDelivered(outcome)
    for (const person of people) expect(await person.stop()).toBe(0)
    expect(tally.hit).toBeGreaterThanOrEqual(CLIENT_POINTS / 2)
    figures("system call faults, client", {
      points: CLIENT_POINTS,
      ...tally,
      promised: outcome.promised,
      "ciphertexts sent": sent,
      lost: 0,
      "keys used twice": 0,
    })
  },
)

/** On a disk whose power can be cut, where there is one. */
function newFolder(): string {
  if (whyNoCut !== undefined) {
    const path = program.path(`disk ${disks.length + Math.random()}`)
    mkdirSync(path)
    return path
  }
  const disk = new PowerDisk()
  disks.push(disk)
  return disk.path
}

async function startRelay(
  under: readonly string[],
  folder: string,
  port: string,
): Promise<RelayRun | Finished> {
  const args = [
    "relay",
    "start",
    "--data",
    folder,
    "--no-discovery",
    "--json",
    "--host",
    "127.0.0.1",
    "--port",
    port,
  ]
  const running = program.start(args, undefined, under)
  const line = await running.line(({ type }) => type === "relay.ready").catch(() => undefined)
  return line === undefined ? running.finished : ({ ...running, ...line } as unknown as RelayRun)
}

/** Waits for the fault, so that the power is cut after it. */
async function hitOrTooLate(log: string, isOver: () => boolean): Promise<void> {
  const began = performance.now()
  await eventually("the fault", () => hasHit(log) || isOver() || performance.now() - began > HIT_WITHIN_MS)
}

function expectCleanEnd({ code, err }: Finished, fault: Fault): void {
  const hasSentence = /^secure-chat: /m.test(err)
  const isOurFault = /fault of the program|\n +at /.test(err)
  expect({ fault: nameOf(fault), code, err, hasSentence, isOurFault }).toMatchObject({
    code: UNAVAILABLE,
    hasSentence: true,
    isOurFault: false,
  })
}

function cutPower(folder: string, { child }: RelayRun): void {
  const pid = child.exitCode === null && child.signalCode === null ? child.pid : undefined
  const disk = disks.find(({ path }) => folder.startsWith(path))
  if (disk) disk.cut(pid)
  else if (pid !== undefined) child.kill("SIGKILL")
}

function cutClient(victim: ClientProcess): void {
  disks.find(({ path }) => victim.profile.startsWith(path))?.cut(victim.pid)
}

/** False when the fault came while it started: then it has said what happened, and is gone. */
async function comesUp(victim: ClientProcess): Promise<boolean> {
  try {
    await victim.start()
    return true
  } catch {
    expect(victim.troubles.at(-1)).toMatch(/^3: /)
    expect(existsSync(victim.profile)).toBe(true)
    return false
  }
}
