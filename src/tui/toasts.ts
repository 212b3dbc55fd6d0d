/** News that is worth a line above where one writes, for a moment. */
import type { ClientEvent } from "../client/events.ts"
import { alarmNews } from "./directory-words.ts"
import { messageSentence } from "./language.ts"
import { renamedWords } from "./notice-words.ts"
import { safeLine, say, type SafeText } from "./safe-text.ts"
import { nameInWords, nameToType } from "./theme.ts"
import type { Tone } from "./view.ts"
import { limitWords } from "./words.ts"

export function worthTelling(event: ClientEvent): { text: SafeText; tone: Tone } | undefined {
  switch (event.type) {
    case "relay.limited":
      return { text: limitWords(event.why), tone: "warning" }
    case "directory.split":
      return { text: alarmNews(event.alarm), tone: "danger" }
    case "error":
      return { text: say`Something went wrong: ${safeLine(messageSentence(event.detail))}`, tone: "danger" }
    case "person.keyChanged":
      return event.how === "rotated"
        ? undefined
        : {
            text: say`The key of ${nameInWords(event.person)} was replaced. /decide ${nameToType(event.person)}`,
            tone: "danger",
          }
    case "verify.mismatch":
      // What came of words, codes and rounds stands there until it is dismissed.
      if (event.verification !== undefined) return undefined
      return {
        text: say`Keys of ${nameInWords(event.person)} DIFFER. Nothing more is sent to them.`,
        tone: "danger",
      }
    case "person.renamed":
      return { text: renamedWords(event), tone: "plain" }
    default:
      return undefined
  }
}
