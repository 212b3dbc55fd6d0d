/** What the screen asks for about messages, done: the client, the clipboard, the system's browser. */
import { safeBlock, safeLine, say } from "./safe-text.ts"
import type { SafeText } from "./safe-text.ts"
import { clipboardBytes, isOn, openable } from "./remark-acts.ts"
import type { SessionDeps } from "./performing.ts"
import type { Effect, Tone } from "./view.ts"

export async function actOnRemark(
  { client, write, openLink }: SessionDeps,
  { roomId, wish }: Effect & { kind: "remark" },
  { tell, refresh }: { tell: (text: SafeText, tone: Tone) => void; refresh: () => void },
): Promise<void> {
  switch (wish.do) {
    case "edit":
      await client.remarks.edit(roomId, wish.message, wish.text)
      return refresh()
    case "delete":
      await client.remarks.delete(roomId, wish.message)
      tell(say`Deleted, here and wherever it is read from now on. Somebody may have kept it.`, "good")
      return refresh()
    case "react": {
      const now = client.remarks.find(roomId, wish.message)
      await client.remarks.react(roomId, now, wish.reaction, !isOn(now, wish.reaction))
      return refresh()
    }
    case "copy": {
      const bytes = clipboardBytes(safeBlock(wish.text))
      if (bytes === undefined) return tell(say`Too long for the clipboard: /export has it.`, "warning")
      write(bytes)
      return tell(say`Copied, if your terminal allows it.`, "good")
    }
    case "open": {
      const address = openable(wish.address)
      if (address === undefined || openLink === undefined)
        return tell(say`This address is not opened from here: ${safeLine(wish.address)}`, "warning")
      await openLink(address)
      return tell(say`Opened.`, "good")
    }
  }
}
