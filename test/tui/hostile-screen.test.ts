/**
 * Hostile text through the real screens, the real Ink and a real emulator: whatever a member writes or calls
 * itself, no handler of the terminal is reached and nothing outside the message's own cells changes. Run for
 * terminals that disagree about the width of emoji and Indic letters.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import type { PersonView } from "../../src/client/events.ts"
import { bigClass, PUPILS } from "../support/fake-class.ts"
import { FakeClient } from "../support/fake-client.ts"
import { HOSTILE_CORPUS, hostileText } from "../support/hostile-text.ts"
import { cyclesOf } from "../support/reality.ts"
import { strangeIn, watch, type Widths } from "../support/terminal-watch.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZE = { columns: 120, rows: 50 }
/** Texts on the screen at a time; with the names of `hostile-names.test.ts` the slow run shows more than 100,000 strings. */
const BATCH = 16
const BATCHES = cyclesOf({ check: 20, slow: 1_200 })

/** Left edge of the transcript, and of what stands right of it, in cells. */
const CHAT_FROM = 1 + 20 + 3
const CHAT_TO = SIZE.columns - 1 - 20 - 3
/** Where a message's own text begins: behind time, name and the line that no text can draw over. */
const TEXT_FROM = CHAT_FROM + 6 + 20 + 1 + 2

test.each<Widths>(["old tables", "code point by code point"])(
  "no text leaves its box: %s",
  async (widths) => {
    const client = new FakeClient()
    // A bell of our own, rung for somebody who has not touched a key for a minute, is not what is looked for.
    await client.desk.change({ notify: "off" })
    const ravi = client.addPerson("Ravi", { tag: "7f3c2k" })
    client.setConnection({
      state: "online",
      host: "10.0.0.1",
      port: 7667,
      relayName: "Class",
      openRelay: false,
    })
    const stage = new Stage({ kind: "chat", client }, SIZE, systemClock)
    const reached = watch(stage.terminal, widths)
    await stage.until("#everyone ▸")
    const calm = outside(stage)
    const samples = fc.sample(hostileText, { numRuns: BATCH * BATCHES - HOSTILE_CORPUS.length, seed: 42 })
    const names = fc.sample(hostileText, { numRuns: BATCH * BATCHES, seed: 43 })
    const texts = [...HOSTILE_CORPUS, ...samples]
    for (let batch = 0; batch < BATCHES; batch++) {
      for (let n = 0; n < BATCH; n++) {
        const at = batch * BATCH + n
        const from: PersonView = {
          ...ravi,
          name: at % 2 === 0 ? names[at]! : "Ravi",
          tag: at % 3 === 0 ? names[at]! : ravi.tag,
        }
        client.receive("r_everyone", from, texts[at]!)
      }
      client.receive("r_everyone", ravi, `the end of batch ${batch}.`)
      // Read, too: the count beside the room goes to nothing.
      await stage.until(
        (screen) => screen.includes(`the end of batch ${batch}.`) && outside(stage)[2] === calm[2],
      )
      expect(outside(stage), `batch ${batch}`).toEqual(calm)
      for (const [row, gutter] of gutters(stage).entries())
        expect(gutter, `batch ${batch}, row ${row}`).toMatch(/^[ │─]$/u)
    }
    expect(reached).toEqual([])
    expect(strangeIn(stage.written.join(""))).toBeUndefined()
    stage.type("\u0004")
    await stage.done
    expect(2 * BATCH * BATCHES).toBeGreaterThan(500)
  },
  900_000,
)

test.each<Widths>(["old tables", "code point by code point"])(
  "no name on the page of receipts leaves its row or hides a state: %s",
  async (widths) => {
    const names = fc.sample(hostileText, { numRuns: PUPILS, seed: 44 })
    const { client } = await bigClass((n) => (n % 2 === 0 ? HOSTILE_CORPUS[n + 8]! : names[n]!))
    const stage = new Stage({ kind: "chat", client }, { ...SIZE, rows: 60 }, systemClock)
    const reached = watch(stage.terminal, widths)
    await stage.until("#everyone ▸")
    stage.type("/receipts 2\r")
    const screen = await stage.until("Esc back")
    const states = screen
      .split("\n")
      .flatMap((row) => /^ {24}(✓ not yet|✓✓ has it|✓✓ read) +\S/u.exec(row)?.[1] ?? [])
    const each = (state: string) => states.filter((other) => other === state).length
    expect([each("✓ not yet"), each("✓✓ has it"), each("✓✓ read")]).toEqual([17, 7, 5])
    expect(screen).toContain("12 of 29 have it, 5 of them have read it.")
    expect(reached).toEqual([])
    expect(strangeIn(stage.written.join(""))).toBeUndefined()
    stage.type("q")
    await stage.until("#everyone ▸")
    stage.type("\u0004")
    await stage.done
  },
  60_000,
)

/** Header, rooms, people, rule, composer and status line: all but the transcript's cells. */
function outside(stage: Stage): string[] {
  const buffer = stage.terminal.buffer.active
  return Array.from({ length: SIZE.rows }, (_, row) => {
    const line = buffer.getLine(row)!
    if (row === 0 || row >= SIZE.rows - 3) return line.translateToString(true)
    return `${line.translateToString(false, 0, CHAT_FROM)}${line.translateToString(false, CHAT_TO)}`
  })
}

/** The cells between names and text: ours in every row of a message. */
function gutters(stage: Stage): string[] {
  const buffer = stage.terminal.buffer.active
  const rows: string[] = []
  for (let row = 1; row < SIZE.rows - 3; row++) {
    const text = buffer.getLine(row)!.translateToString(false, CHAT_FROM, CHAT_TO)
    // Rows of days and notices have no gutter.
    if (/^──|^\d\d:\d\d —/u.test(text)) continue
    rows.push(
      buffer
        .getLine(row)!
        .getCell(TEXT_FROM - 2)!
        .getChars() || " ",
    )
  }
  return rows
}
