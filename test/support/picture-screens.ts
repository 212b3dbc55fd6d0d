/** The screens of which there are pictures in docs/screens: real ones, over clients and relays without a network. */
import { systemClock, type Clock } from "../../src/platform/clock.ts"
import { runPlain } from "../../src/tui/main.tsx"
import { themeOf } from "../../src/tui/theme.ts"
import { classroom } from "./fake-classroom.ts"
import { NOON, type FakeClient } from "./fake-client.ts"
import { BUSY_RELAY, FakeMonitor, RELAY_FACTS } from "./fake-relay.ts"
import { DIGITS, WORDS } from "./fake-verification.ts"
import { RelayStage, Stage } from "./tui-stage.ts"
import { feed, openVirtualTerminal, type VirtualTerminal } from "./virtual-screen.ts"

const NORMAL = { columns: 80, rows: 24 }
const LARGE = { columns: 120, rows: 40 }
const COLOURS = { ascii: false, color: true, env: { TERM: "xterm-256color", COLORTERM: "truecolor" } }

const shift = NOON + 3 * 3_600_000 - systemClock.now()
const afternoon: Clock = {
  now: () => systemClock.now() + shift,
  wakeAt: (at, wake) => systemClock.wakeAt(at - shift, wake),
}

type Size = typeof NORMAL

export interface Drawn {
  terminal: VirtualTerminal
  /** Ends what draws there. */
  end(): Promise<unknown>
}

function opened(client: FakeClient, size: Size): { stage: Stage; drawn: Drawn } {
  const stop = new AbortController()
  const stage = new Stage({ kind: "chat", client }, size, systemClock, { ...COLOURS, stop: stop.signal })
  const end = () => {
    stop.abort()
    return stage.done
  }
  return { stage, drawn: { terminal: stage.terminal, end } }
}

async function lesson(): Promise<FakeClient> {
  const client = await classroom()
  const [meera, ravi] = [client.findPerson("meera t"), client.findPerson("ravi")]
  const says = (who: typeof ravi, minute: number, text: string) =>
    client.receive("r_everyone", who, text, NOON + minute * 60_000)
  says(ravi, 4, "Which pages does it cover?")
  says(meera, 5, "38 to 41. The long exercise on page 40 is not part of it, but read it once.")
  says(ravi, 6, "Thank you!")
  client.setRoom("r_everyone", { unread: 0 })
  return client
}

async function chat(size: Size): Promise<Drawn> {
  const { stage, drawn } = opened(await lesson(), size)
  await stage.until("write with.")
  stage.type("See you at half past twelve")
  await stage.until("See you at")
  return drawn
}

async function digits(size: Size): Promise<Drawn> {
  const { stage, drawn } = opened(await lesson(), size)
  await stage.until("write with.")
  stage.type("/verify ravi digits\r")
  await stage.until("Do they match?")
  return drawn
}

async function words(size: Size): Promise<Drawn> {
  const client = await lesson()
  const { stage, drawn } = opened(client, size)
  await stage.until("write with.")
  stage.type("/verify ravi words\r")
  await stage.until("Waiting for Ravi")
  const { id } = client.verification.current()!
  const compare = { id, step: "compare", waitingFor: "both", words: WORDS, digits: DIGITS } as const
  client.verification.put(compare, "verify.compare")
  await stage.until("Your turn")
  return drawn
}

async function relay(size: Size, page = ""): Promise<Drawn> {
  const monitor = new FakeMonitor(BUSY_RELAY)
  const theme = themeOf({ ...COLOURS, palette: "dark", colours: "all" })
  const stage = new RelayStage(size, { facts: RELAY_FACTS, monitor, clock: afternoon, theme })
  const { told } = stage.screenOfRelay
  told({ type: "person.registered", name: "Asha", people: 41 })
  told({ type: "client.connected", name: "Asha", remote: "192.168.1.23", online: 29 })
  told({ type: "client.connected", name: "Meera T", remote: "192.168.1.40", online: 30 })
  told({ type: "client.connected", name: "Ravi", remote: "192.168.1.41", online: 31 })
  for (let n = 0; n < 3; n++) told({ type: "client.refused", remote: "192.168.1.66", code: "not-allowed" })
  told({ type: "client.disconnected", name: "Imran", remote: "192.168.1.52", online: 30 })
  await stage.until("Imran left")
  if (page !== "") {
    stage.type(page)
    await stage.until("Whoever has it can join")
  }
  return {
    terminal: stage.terminal,
    end: () => {
      stage.stop.abort()
      return stage.screenOfRelay.ended
    },
  }
}

/** What a pipe or a screen reader gets: what was typed stands behind the mark. */
async function plain(size: Size): Promise<Drawn> {
  const terminal = openVirtualTerminal(size.columns, size.rows)
  const client = await lesson()
  let drawn = Promise.resolve()
  const write = (text: string) => (drawn = drawn.then(() => feed(terminal, text.replaceAll("\n", "\r\n"))))
  const typed = ["Is anybody in the library?", "/who", "/verify ravi digits"]
  async function* lines() {
    for (const line of typed) {
      await drawn
      void write(`${line}\n`)
      yield line
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  await runPlain({
    client,
    clock: systemClock,
    lines: lines(),
    write: (text) => void write(text),
    keepLanguage: () => {},
    exportRoom: () => Promise.resolve("room.txt"),
    readCode: (text) => Promise.resolve(text),
    relayNote: () => undefined,
    invitation: () => undefined,
    ascii: false,
  })
  await drawn
  return { terminal, end: () => client.stop() }
}

/** The pen writes no Devanagari: a screen with words in it is an SVG, whose reader has the letters. */
export const PICTURES: readonly [name: string, draw: () => Promise<Drawn>][] = [
  ["chat-80x24.png", () => chat(NORMAL)],
  ["chat-120x40.png", () => chat(LARGE)],
  ["verification-80x24.png", () => digits(NORMAL)],
  ["verification-120x40.png", () => digits(LARGE)],
  ["verification-words-80x24.svg", () => words(NORMAL)],
  ["relay-80x24.png", () => relay(NORMAL)],
  ["relay-120x40.png", () => relay(LARGE, "i")],
  ["plain-80x24.png", () => plain(NORMAL)],
]
