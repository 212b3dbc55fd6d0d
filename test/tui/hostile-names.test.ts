/**
 * Hostile names: of rooms, people, relays and hosts, and what a relay says when it refuses. Each keeps to its own
 * cells, for terminals that disagree about widths; nothing that stands beside or under it moves.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { PersonView, RoomView, TranscriptLine } from "../../src/client/events.ts"
import { systemClock } from "../../src/platform/clock.ts"
import { plainRows } from "../../src/tui/plain-lines.ts"
import { UNICODE_SYMBOLS } from "../../src/tui/theme.ts"
import { FakeClient, NOON } from "../support/fake-client.ts"
import { BUSY_RELAY, FakeMonitor, RELAY_FACTS } from "../support/fake-relay.ts"
import { HOSTILE_CORPUS, hostileText } from "../support/hostile-text.ts"
import { cyclesOf } from "../support/reality.ts"
import { strangeIn, watch, type Widths } from "../support/terminal-watch.ts"
import { RelayStage, Stage, type TerminalStage } from "../support/tui-stage.ts"

const SIZE = { columns: 120, rows: 30 }
const PEOPLE = 12
const ROOMS = 6
/** Names of people and rooms, of the relay and its host, and what it said. */
const STRINGS = PEOPLE + ROOMS + 4
const BATCHES = cyclesOf({ check: 8, slow: 600 })
const WIDTHS: readonly Widths[] = ["old tables", "code point by code point"]

/** In cells: anchor, line and blank before the transcript and before the people. */
const LEFT_LINE = 1 + 20 + 1
const RIGHT_LINE = SIZE.columns - 1 - 20 - 2

/** Whatever it is asked for bears the names of the moment. */
class HostileClient extends FakeClient {
  names: readonly string[] = []
  marker = "batch calm."

  override people(): readonly PersonView[] {
    return super.people().map((person, n) => ({ ...person, name: this.names[n] ?? person.name }))
  }

  override rooms(): readonly RoomView[] {
    return super.rooms().map((room, n) => {
      const name = this.names[PEOPLE + n] ?? room.name
      return { ...room, name, peer: room.peer && { ...room.peer, name } }
    })
  }

  override transcript(): readonly TranscriptLine[] {
    const from = { ...this.self(), name: "Ravi", own: false }
    const message = { id: "m_1", from, own: false, text: this.marker, sentAt: NOON } as const
    return [
      {
        kind: "message",
        order: "1",
        at: NOON,
        message: { ...message, state: undefined, receipts: undefined },
      },
    ]
  }
}

/** Cells of rows, without the rows that hold a name from edge to edge. */
function cells(stage: TerminalStage, from: number, to: number): string[] {
  const buffer = stage.terminal.buffer.active
  const last = SIZE.rows - 3
  return Array.from({ length: last }, (_, row) => buffer.getLine(row + 1)!.translateToString(false, from, to))
}

describe.each(WIDTHS)("%s", (widths) => {
  test("no name leaves its pane, and nothing that the relay says leaves its rows", async () => {
    const client = new HostileClient()
    for (let n = 0; n < PEOPLE; n++) client.addPerson(`Person ${n}`)
    for (let n = 1; n < ROOMS; n++) await client.openChat(client.findPerson(`Person ${n}`).id)
    const stage = new Stage({ kind: "chat", client }, SIZE, systemClock)
    const reached = watch(stage.terminal, widths)
    await stage.until("batch calm.")
    const calm = cells(stage, LEFT_LINE, RIGHT_LINE + 1)
    const count = BATCHES * STRINGS
    const names = [
      ...HOSTILE_CORPUS,
      ...fc.sample(hostileText, { numRuns: Math.max(0, count - HOSTILE_CORPUS.length), seed: 45 }),
    ]
    for (let batch = 0; batch < BATCHES; batch++) {
      const own = names.slice(batch * STRINGS, (batch + 1) * STRINGS)
      client.names = own
      client.marker = `batch ${batch}.`
      const [relayName = "", host = "", detail = "", title = ""] = own.slice(PEOPLE + ROOMS)
      client.setConnection(
        batch % 3 === 0
          ? { state: "waiting", host, port: 7667, retryAt: NOON, why: "storage" }
          : { state: "online", host, port: 7667, relayName, openRelay: false },
      )
      await stage.until(`batch ${batch}.`)
      const now = cells(stage, LEFT_LINE, RIGHT_LINE + 1)
      // A relay that cannot write says so in a row of its own above the composer.
      const shown =
        batch % 3 === 0 ? now.slice(1).map((row) => row.replace(`batch ${batch}.`, "batch calm.")) : now
      for (const row of shown.slice(0, -1)) {
        if (row.startsWith("│")) expect(row.endsWith("│"), `batch ${batch}: ${row}`).toBe(true)
      }
      if (batch % 3 !== 0) {
        const padded = now.map((row) => row.replace(`batch ${batch}.`, "batch calm.").slice(0, 40))
        expect(padded, `batch ${batch}`).toEqual(calm.map((row) => row.slice(0, 40)))
      }
      client.emit({ type: "error", code: "unexpected", detail: `${detail}${title}` } as never)
      await stage.until("Something went wrong")
      for (const row of cells(stage, LEFT_LINE, RIGHT_LINE + 1))
        if (row.startsWith("│")) expect(row.endsWith("│"), `batch ${batch}: ${row}`).toBe(true)
      // Esc goes from the line to the messages, which puts the error away, and back.
      stage.type("\u001b")
      await stage.until((screen) => !screen.includes("Something went wrong"))
      stage.type("\u001b")
      await stage.until((screen) => screen.includes("Enter send"))
    }
    expect(reached).toEqual([])
    expect(strangeIn(stage.written.join(""))).toBeUndefined()
    stage.type("\u0004")
    await stage.done
  }, 900_000)

  test("on a relay's own screen", async () => {
    const names = [...HOSTILE_CORPUS, ...fc.sample(hostileText, { numRuns: 20 * BATCHES, seed: 46 })]
    const stage = new RelayStage(SIZE, {
      facts: { ...RELAY_FACTS, name: names[3]!, address: names[6]! },
      monitor: new FakeMonitor(BUSY_RELAY),
      clock: systemClock,
    })
    const reached = watch(stage.terminal, widths)
    await stage.until("Who came and went")
    for (const [n, name] of names.entries()) {
      stage.screenOfRelay.told({ type: "client.connected", name, remote: names.at(-n)!, online: n })
      if (n % 40 !== 39) continue
      stage.screenOfRelay.told({ type: "person.registered", name: "the last of them", people: n })
      await stage.until(`the last of them joined for the first time, ${n} people now`)
      const rows = (await stage.screen()).split("\n")
      expect(rows[1]).toMatch(/^ ─+$/u)
      expect(rows[2]).toContain("31 people on 34 connections")
      expect(rows.at(-1)).toContain("Q stop the relay")
    }
    expect(reached).toEqual([])
    expect(strangeIn(stage.written.join(""))).toBeUndefined()
    stage.stop.abort()
    await stage.screenOfRelay.ended
  }, 900_000)
})

test("in lines: each row of a message begins as ours do, and nothing acts on a terminal", () => {
  const client = new HostileClient()
  const [line] = client.transcript()
  if (line?.kind !== "message") throw new Error("no message")
  fc.assert(
    fc.property(hostileText, hostileText, (text, name) => {
      const from = { ...line.message.from, name }
      const rows = plainRows({ ...line, message: { ...line.message, text, from } }, UNICODE_SYMBOLS)
      expect(strangeIn(rows.join(""))).toBeUndefined()
      for (const row of rows.slice(1)) expect(row.startsWith("      more: ")).toBe(true)
    }),
    { numRuns: cyclesOf({ check: 500, slow: 20_000 }) },
  )
})
