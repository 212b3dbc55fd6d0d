/** Settings, asked of the client's desk: the full screen and the line mode say the same. */
import type { Client } from "../client/client.ts"
import type { Clock, Millis } from "../platform/clock.ts"
import { say, type SafeText } from "./safe-text.ts"
import { settingAnswer, type SettingWish } from "./setting-table.ts"
import { span } from "./theme.ts"
import type { ChatEvent, Tone } from "./view.ts"

/** @returns what to say; `isRefused`: nothing was changed that was to be. @throws ClientError `storage`. */
export async function changeSetting(
  client: Client,
  wish: SettingWish,
  now: Millis,
): Promise<{ lines: readonly SafeText[]; isRefused?: boolean }> {
  const answer = settingAnswer(client.desk.settings(), wish, now)
  switch (answer.kind) {
    case "shown":
      return { lines: answer.lines }
    case "refused":
      return { lines: [answer.why], isRefused: true }
    case "change":
      await client.desk.change(answer.change)
      return { lines: [answer.said] }
  }
}

export async function actOnSetting(
  {
    client,
    clock,
    dispatch,
    settled,
  }: { client: Client; clock: Clock; dispatch: (event: ChatEvent) => void; settled: () => void },
  wish: SettingWish,
  tell: (text: SafeText, tone: Tone) => void,
): Promise<void> {
  const { lines } = await changeSetting(client, wish, clock.now())
  settled()
  const [only, ...more] = lines
  if (only !== undefined && more.length === 0) return tell(only, "plain")
  const page = { title: say`Settings`, lines: lines.map((line) => [span(line)]), offset: 0 }
  dispatch({ kind: "overlay", overlay: { kind: "page", ...page } })
}
