/** The chat's reducer with a client beside it that is only read: effects are collected, not performed. */
import { paint } from "../../src/tui/painting.ts"
import { chatScreen } from "../../src/tui/panes/chat-screen.ts"
import { visibleRows } from "../../src/tui/scroll.ts"
import { snapshotOf } from "../../src/tui/snapshot.ts"
import { themeOf } from "../../src/tui/theme.ts"
import { initialChat, reduceChat } from "../../src/tui/view-state.ts"
import { TAIL_LINES, type ChatEvent, type ChatView, type Effect } from "../../src/tui/view.ts"
import { viewportOf } from "../../src/tui/visible.ts"
import { classroom, FakeClient, NOON } from "./fake-client.ts"

export const EVERYONE = "r_everyone"
export const MEERA = "r_Meera T"

export class Chat {
  view: ChatView
  effects: Effect[]
  readonly client: FakeClient

  constructor(client: FakeClient, size: { columns: number; rows: number } = { columns: 80, rows: 24 }) {
    this.client = client
    const first = initialChat(
      snapshotOf(client, client.now),
      themeOf({ ascii: false, color: false }),
      size.columns,
      size.rows,
    )
    this.view = first.view
    this.effects = [...first.effects]
  }

  give(event: ChatEvent): this {
    const step = reduceChat(this.view, event)
    this.view = step.view
    this.effects.push(...step.effects)
    return this
  }

  open(roomId: string): this {
    const lines = this.client.transcript(roomId, TAIL_LINES)
    return this.give({ kind: "opened", roomId, lines, complete: lines.length < TAIL_LINES })
  }

  refresh(): this {
    const { roomId } = this.view
    const tail =
      roomId === undefined
        ? undefined
        : { roomId, lines: this.client.transcript(roomId, TAIL_LINES), asked: TAIL_LINES }
    return this.give({ kind: "snapshot", data: snapshotOf(this.client, this.client.now), tail })
  }

  type(text: string): this {
    return this.give({ kind: "key", key: { kind: "text", text } })
  }

  paste(text: string): this {
    return this.give({ kind: "key", key: { kind: "paste", text } })
  }

  press(...chords: string[]): this {
    for (const chord of chords) this.give({ kind: "key", key: { kind: "chord", chord } })
    return this
  }

  /** Effects since the last call. */
  taken(): Effect[] {
    const taken = this.effects
    this.effects = []
    return taken
  }

  /** The whole screen as text. */
  frame(): string {
    return paint(chatScreen(this.view), this.view.theme)
      .map((row) => row.replaceAll("\t", " ").replaceAll(/\u001b\[[0-9;]*m/gu, ""))
      .join("\n")
  }

  screen(): string[] {
    return visibleRows(viewportOf(this.view), this.view.scroll).map((row) =>
      [...(row.head?.spans ?? []), ...row.spans].map(({ text }) => text).join(""),
    )
  }
}

export async function chat(size?: { columns: number; rows: number }): Promise<Chat> {
  const opened = new Chat(await classroom(), size).open(EVERYONE)
  opened.taken()
  return opened
}

/** A room with so many numbered messages of Ravi. */
export function longRoom(count: number): FakeClient {
  const client = new FakeClient()
  const ravi = client.addPerson("Ravi")
  for (let n = 0; n < count; n++) client.receive(EVERYONE, ravi, `message ${n}`, NOON + n * 1_000)
  client.setRoom(EVERYONE, { unread: 0 })
  return client
}
