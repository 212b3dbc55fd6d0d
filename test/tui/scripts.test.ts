/** Languages on whole screens: wide letters, joined letters, letters from right to left, emoji made of several. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { systemClock } from "../../src/platform/clock.ts"
import { FakeClient, NOON } from "../support/fake-client.ts"
import { expectGoldenScreen } from "../support/golden.ts"
import { fixtureCommand, NODE } from "../support/terminal.ts"
import { Stage } from "../support/tui-stage.ts"

const SIZES = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
]

const LESSONS: readonly [script: string, name: string, texts: readonly string[]][] = [
  [
    "cjk",
    "山田 花子",
    [
      "今日の宿題は四十一ページです。長い練習問題は試験に出ませんが、一度読んでおいてください。",
      "시험은 언제예요?",
      "明天中午十二点半。ﾊﾝｶｸ ABC",
    ],
  ],
  [
    "devanagari",
    "अनीता राव",
    [
      "आज का गृहकार्य इकतालीसवाँ पृष्ठ है। लंबा अभ्यास परीक्षा में नहीं आएगा, पर एक बार पढ़ लेना।",
      "क्षत्रिय, ज्ञान, श्री, कर्त्तव्य",
      "परीक्षा कब है?",
    ],
  ],
  [
    "arabic",
    "ليلى حسن",
    [
      "واجب اليوم في الصفحة الحادية والأربعين، والتمرين الطويل ليس في الامتحان، لكن اقرؤوه مرة واحدة.",
      "متى الامتحان؟ At 12:30.",
      "עברית גם כן",
    ],
  ],
  [
    "emoji",
    "Zoë 👩🏽‍🏫",
    [
      "👨‍👩‍👧‍👦 👩🏽‍🏫 🏳️‍🌈 🇮🇳 1️⃣ ☺️ ☺︎ 🫱🏿‍🫲🏻",
      "Page 41 👍🏽, then a rest 😴, then page 42 🎉🎉🎉 and whoever is ready may go home 🏠",
      "é = e\u0301, ñ = n\u0303, Å = A\u030a",
    ],
  ],
]

async function lesson(name: string, texts: readonly string[]): Promise<FakeClient> {
  const client = new FakeClient("Asha")
  const teacher = client.addPerson(name, { tag: "7f3c2k" })
  client.setConnection({ state: "online", host: "10.0.0.1", port: 7667, relayName: name, openRelay: false })
  for (const [n, text] of texts.entries()) client.receive("r_everyone", teacher, text, NOON + n * 60_000)
  await client.openChat(teacher.id)
  client.setRoom("r_everyone", { unread: 0 })
  return client
}

for (const [script, name, texts] of LESSONS) {
  test.each(SIZES)(`${script} at $columns × $rows`, async (size) => {
    const stage = new Stage({ kind: "chat", client: await lesson(name, texts) }, size, systemClock)
    await stage.until("▸")
    stage.type(texts[1]!.slice(0, 20))
    await expectGoldenScreen(
      stage,
      `tui-script-${script}-${size.columns}x${size.rows}.txt`,
      new RegExp(`▸ ${texts[1]!.slice(0, 3)}`, "u"),
    )
    // Panes stand where they stand without these letters.
    const buffer = stage.terminal.buffer.active
    const line = size.columns < 60 ? undefined : size.columns < 120 ? 1 + 16 + 1 : 1 + 20 + 1
    for (let row = 1; row < (line === undefined ? 0 : size.rows - 5); row++)
      expect(
        buffer
          .getLine(row)!
          .getCell(line ?? 0)!
          .getChars(),
        `row ${row}`,
      ).toMatch(/^[│┴]$/u)
    stage.type("\u0003")
    stage.type("\u0004")
    await stage.done
  })
}

const hasTmux = spawnSync("tmux", ["-V"]).status === 0

/** A window of tmux, in which the program of `tui-fixture.ts` runs. */
class Tmux {
  readonly #folder = mkdtempSync(join(tmpdir(), "secure-chat-tmux-"))
  readonly #socket = join(this.#folder, "tmux")

  do(...args: string[]): string {
    return execFileSync("tmux", ["-u", "-S", this.#socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      env: { ...process.env, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
    })
  }

  async open(size: { columns: number; rows: number }, ...flags: string[]): Promise<void> {
    const quoted = [NODE, ...(await fixtureCommand("tui-fixture", ...flags))].map((part) => `'${part}'`)
    const command = `TZ=UTC LANG=C.UTF-8 ${quoted.join(" ")}; echo gone; cat`
    this.do("new-session", "-d", "-s", "chat", "-x", `${size.columns}`, "-y", `${size.rows}`, command)
  }

  screen(): string {
    return this.do("capture-pane", "-p", "-t", "chat")
  }

  async until(seen: (screen: string) => boolean): Promise<string> {
    for (let turn = 0; turn < 400; turn++) {
      const screen = this.screen()
      if (seen(screen)) return screen
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`never seen in tmux:\n${this.screen()}`)
  }

  type(text: string): void {
    this.do("send-keys", "-t", "chat", "-l", text)
  }

  press(key: string): void {
    this.do("send-keys", "-t", "chat", key)
  }

  resize(columns: number, rows: number): void {
    this.do("resize-window", "-t", "chat", "-x", `${columns}`, "-y", `${rows}`)
  }

  /** In which column its cursor stands, from 0. */
  caret(): number {
    return Number(this.do("display-message", "-p", "-t", "chat", "#{cursor_x}"))
  }

  /** Cells that it draws a text in: another window says where its cursor is behind it. */
  async cells(text: string): Promise<number> {
    this.do("new-window", "-d", "-n", "ruler", `printf '%s' '${text}'; exec cat`)
    for (;;) {
      const cells = Number(this.do("display-message", "-p", "-t", "ruler", "#{cursor_x}"))
      if (cells > 0) {
        this.do("kill-window", "-t", "ruler")
        return cells
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  close(): void {
    spawnSync("tmux", ["-S", this.#socket, "kill-server"])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Another program draws what we write, with ideas of its own about widths, and again when its window changes. */
describe.skipIf(!hasTmux)("in a real tmux (skipped where there is none)", () => {
  let tmux: Tmux
  beforeEach(() => void (tmux = new Tmux()))
  afterEach(() => tmux.close())

  test("types, changes size, leaves", async () => {
    await tmux.open({ columns: 80, rows: 24 })
    await tmux.until((screen) => screen.includes("Open page 41."))
    tmux.type("नमस्ते 👩🏽‍🏫 日本 ok")
    await tmux.until((screen) => screen.includes("日本 ok"))
    tmux.press("Enter")
    const sent = await tmux.until((screen) => /you ✓.*│ नमस्ते/u.test(screen))
    const rows = sent.split("\n")
    for (const row of rows.slice(1, 20)) expect(row.slice(0, 19)).toMatch(/│$/u)
    tmux.resize(120, 40)
    const wide = (await tmux.until((screen) => screen.includes("2 of 3 online"))).split("\n")
    expect(wide[0]).toContain("#everyone")
    expect(wide.filter((row) => row.includes("connected · out 0"))).toHaveLength(1)
    tmux.resize(40, 12)
    await tmux.until((screen) => screen.includes("≡ #everyone") && !screen.includes("Rooms"))
    tmux.press("C-d")
    const left = await tmux.until((screen) => screen.includes("gone"))
    expect(left).toContain("before the chat")
    expect(left).not.toContain("#everyone ▸")
  })

  test("the caret stands behind what is written, and before it again", async () => {
    await tmux.open({ columns: 80, rows: 24 }, "--many-scripts")
    await tmux.until((screen) => screen.includes("#everyone ▸"))
    const start = 1 + "#everyone ▸ ".length
    let written = ""
    for (const text of ["क्षत्रिय ", "स्त्री, कर्त्तव्य", " 👩🏽‍🏫 1️⃣", " ليلى 山田"]) {
      tmux.type(text)
      written += text
      await tmux.until((screen) => screen.includes(`▸ ${written.trimEnd()}`))
      const wanted = start + (await tmux.cells(written))
      await tmux.until(() => tmux.caret() === wanted).catch(() => undefined)
      expect([written, tmux.caret()]).toEqual([written, wanted])
    }
    tmux.press("Home")
    tmux.press("Right")
    const wanted = start + (await tmux.cells("क्ष"))
    await tmux.until(() => tmux.caret() === wanted).catch(() => undefined)
    expect(tmux.caret()).toBe(wanted)
  })

  test("unread numbers stand at the edge of the pane, whatever the name", async () => {
    await tmux.open({ columns: 80, rows: 24 }, "--many-scripts")
    const screen = await tmux.until((now) => now.includes("#everyone ▸") && / 5 │/u.test(now))
    const panes = screen
      .split("\n")
      .slice(2, 8)
      .map((row) => row.slice(0, row.indexOf("│")))
    expect(panes.map((row) => / (\d) $/u.exec(row)?.[1])).toEqual([undefined, "1", "2", "3", "4", "5"])
    for (const row of panes) expect([row, await tmux.cells(row)]).toEqual([row, 18])
  })

  test("a vowel sign at the end of a row stays with its letter", async () => {
    await tmux.open({ columns: 40, rows: 12 }, "--many-scripts")
    await tmux.until((screen) => screen.includes("▸"))
    for (const letters of [33, 34, 35]) {
      const text = `${"a".repeat(letters)}कुb`
      tmux.type(text)
      tmux.press("Enter")
      const screen = await tmux.until((now) => new RegExp(`you[^]*│ a{${letters}}[^a]`, "u").test(now))
      const shown = screen.split("\n").map((row) => row.replace(/^ +│ /u, "").trimEnd())
      expect(shown.join("")).toContain(text)
    }
  })
})
