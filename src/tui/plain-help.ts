/** The help of the line mode: the one table of commands, and how numbers and questions work where nothing is drawn. */
import { commandHelp, COMMANDS, type CommandRow } from "./commands.ts"
import { say, type SafeText } from "./safe-text.ts"

/** What a command does here, where it is not what it does on the screen. */
const HERE: Partial<Record<CommandRow["word"], SafeText>> = {
  copy: say`say a message again, whole`,
  open: say`open the link of message N in your browser; /open N 2: its second link`,
  delete: say`take back what you wrote`,
  bare: say`nothing here, for nothing stands beside the lines`,
  redraw: say`say the last lines of this room again`,
}

export function plainHelp(): readonly SafeText[] {
  return [
    ...COMMANDS.map((row) => say`${row.usage}: ${HERE[row.word] ?? row.what}`),
    ...commandHelp()
      .slice(COMMANDS.length)
      .map(({ left, right }) => say`${left}: ${right}`),
    say`In /reply, /edit, /delete, /react, /copy, /forward and /open, N is the number in brackets before a message. Without one, the newest that it can be done with is meant.`,
    say`Every line is sent when it ends, each line of a paste too: nobody can tell them apart here. /editor writes a message of several lines.`,
    say`When something is asked, the answers stand behind it. Until it is answered or closed with /cancel, nothing that you type is sent, unless it begins with /say, @NAME or #everyone. Commands work all the time.`,
  ]
}
