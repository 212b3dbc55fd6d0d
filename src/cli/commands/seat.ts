/** Who sits at the chat: the client of a profile, and what a screen and lines may ask of its folder. */
import { join } from "node:path"
import type { Client } from "../../client/client.ts"
import { readProfile } from "../../client/profile.ts"
import { systemClock } from "../../platform/clock.ts"
import type { WelcomeActions } from "../../tui/main.tsx"
import { clientLog, composeClient } from "../compose.ts"
import { writeNewFile } from "../new-file.ts"
import type { ProfileDir } from "../profile-dir.ts"
import { exportText } from "../transcript-text.ts"
import { welcomeActions } from "../welcome-actions.ts"
import type { Invocation } from "./context.ts"

/** The client of this chat: known from the profile, or made by the first steps. */
export class Seat {
  readonly actions: WelcomeActions
  readonly #invocation: Invocation
  readonly #profile: ProfileDir
  client: Client | undefined

  constructor(invocation: Invocation, profile: ProfileDir) {
    this.#invocation = invocation
    this.#profile = profile
    const taken = (client: Client) => (this.client = client)
    this.actions = welcomeActions(invocation.config, invocation.io, profile, taken)
  }

  /** Connects if a relay knows this profile; otherwise the first steps come first. */
  async takeKnown(): Promise<void> {
    const store = this.#profile.open()
    if (!readProfile(store)?.registered) return store.close()
    this.client = await composeClient(store, await clientLog(this.#invocation.io.env))
    this.client.start()
  }

  /** @returns the path. @throws CliError `output-exists`. */
  exportRoom(roomId: string, path: string | undefined): Promise<string> {
    const { client } = this
    if (!client) throw new RangeError("an export before the chat")
    const room = client.room(roomId)
    const exportedAt = systemClock.now()
    const lines = client.transcript(roomId, client.lineCount(roomId))
    const text = exportText(
      { profile: client.self().name, room, lines, exportedAt },
      this.#invocation.symbols,
    )
    return Promise.resolve(writeNewFile(path ?? freshName(room.name, exportedAt), text))
  }

  async leave(): Promise<void> {
    await this.client?.stop()
  }
}

/** `everyone-2026-11-22-120405.txt` in the folder one is in: letters and digits only, whatever the room is called. */
function freshName(room: string, at: number): string {
  const plain = room.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40)
  const time = new Date(at).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "")
  return join(process.cwd(), `${plain}-${time}.txt`)
}
