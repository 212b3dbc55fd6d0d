/** Languages on whole screens: wide letters, joined letters, letters from right to left, emoji made of several. */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
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

/** Another program draws what we write, with ideas of its own about widths, and again when its window changes. */
test.skipIf(!hasTmux)(
  "in a real tmux (skipped where there is none): types, changes size, leaves",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "secure-chat-tmux-"))
    const socket = join(folder, "tmux")
    const tmux = (...args: string[]) =>
      execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...args], { encoding: "utf8" })
    const quoted = [NODE, ...(await fixtureCommand("tui-fixture"))].map((part) => `'${part}'`).join(" ")
    const until = async (seen: (screen: string) => boolean) => {
      for (let turn = 0; turn < 400; turn++) {
        const screen = tmux("capture-pane", "-p", "-t", "chat")
        if (seen(screen)) return screen
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error(`never seen in tmux:\n${tmux("capture-pane", "-p", "-t", "chat")}`)
    }
    try {
      const command = `TZ=UTC LANG=C.UTF-8 ${quoted}; echo gone; cat`
      tmux("new-session", "-d", "-s", "chat", "-x", "80", "-y", "24", command)
      await until((screen) => screen.includes("Open page 41."))
      tmux("send-keys", "-t", "chat", "-l", "नमस्ते 👩🏽‍🏫 日本 ok")
      await until((screen) => screen.includes("日本 ok"))
      tmux("send-keys", "-t", "chat", "Enter")
      const sent = await until((screen) => /you ✓.*│ नमस्ते/u.test(screen))
      const rows = sent.split("\n")
      for (const row of rows.slice(1, 20)) expect(row.slice(0, 19)).toMatch(/│$/u)
      tmux("resize-window", "-t", "chat", "-x", "120", "-y", "40")
      const wide = (await until((screen) => screen.includes("2 of 3 online"))).split("\n")
      expect(wide[0]).toContain("#everyone")
      expect(wide.filter((row) => row.includes("connected to Class 8B"))).toHaveLength(1)
      tmux("resize-window", "-t", "chat", "-x", "40", "-y", "12")
      await until((screen) => screen.includes("≡ #everyone") && !screen.includes("Rooms"))
      tmux("send-keys", "-t", "chat", "C-d")
      const left = await until((screen) => screen.includes("gone"))
      expect(left).toContain("before the chat")
      expect(left).not.toContain("#everyone ▸")
    } finally {
      spawnSync("tmux", ["-S", socket, "kill-server"])
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
