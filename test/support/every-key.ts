/**
 * What the screen has for keys alone, and its panels: by which line each is done in the line mode, and what is then to be
 * read; or why lines have no need of it. The compiler refuses an action or a panel that is missing here.
 */
import type { PlaceAct } from "../../src/tui/key-places.ts"
import type { Action } from "../../src/tui/key-table.ts"
import type { Overlay } from "../../src/tui/view.ts"

type Way =
  | readonly [lines: readonly string[], words: string]
  | "the terminal does it"
  | "nothing is drawn"
  | "the screen has it not yet either"

type Picker = Extract<Overlay, { kind: "picker" }>["source"]

export const KEYS_IN_LINES: Readonly<Record<Action["kind"], Way>> = {
  submit: [["hello"], "you (waiting to be sent): hello"],
  edit: "the terminal does it",
  complete: "the terminal does it",
  "complete-back": "the terminal does it",
  up: "the terminal does it",
  down: "the terminal does it",
  history: "the terminal does it",
  suspend: "the terminal does it",
  mouse: "nothing is drawn",
  "focus-next": "nothing is drawn",
  "focus-back": "nothing is drawn",
  attach: "the screen has it not yet either",
  alert: "the screen has it not yet either",
  lock: [["/lock"], "Not locked: this profile has no passphrase"],
  "rooms-pane": "nothing is drawn",
  "people-pane": "nothing is drawn",
  "page-down": "nothing is drawn",
  "few-down": "nothing is drawn",
  newest: [["/redraw"], "Open page 41."],
  "page-up": [["/older"], "Nothing older is here."],
  "few-up": [["/older"], "Nothing older is here."],
  oldest: [["/older"], "Nothing older is here."],
  "first-unread": [["/win 2"], "Can you help me with the third question?"],
  "room-before": [["/win 1"], "— #everyone"],
  "room-after": [["/win 2"], "— Meera T ✓"],
  window: [["/win 2"], "— Meera T ✓"],
  "next-unread": [["/unread"], "— Meera T ✓"],
  goto: [["/go ravi"], "— Ravi ?7f3c2k"],
  rooms: [["/go"], "2 Meera T ✓, 1 new"],
  people: [["/trust"], "Imran ?9qx4e1  not verified"],
  search: [["/search quiz"], "1 message"],
  editor: [["/editor"], "you (waiting to be sent): written elsewhere"],
  help: [["/help"], "/cancel: close what is asked"],
  verify: [["/verify ravi", "later"], "How? Type words, digits, show, read, room or later."],
  receipts: [["/receipts"], "Imran ?9qx4e1 does not have it yet"],
  pick: [["/reply 2 soon"], "in answer to Ravi ?7f3c2k"],
  redraw: [["/redraw"], "Open page 41."],
  escape: [["/delete", "/cancel"], "The question is closed; nothing was done."],
  interrupt: [["/quit"], "You are Asha"],
  "end-of-input": [[], "You are Asha"],
}

export const PANELS_IN_LINES: Readonly<Record<Exclude<Overlay["kind"], "picker">, Way>> = {
  help: [["/help"], "/who: who is in this room"],
  who: [["/who"], "Imran ?9qx4e1, offline, not verified, only listed"],
  page: [["/invite"], "Whoever has it can join"],
  receipts: [["/receipts"], "Imran ?9qx4e1 does not have it yet"],
  search: [["/search-all third"], "/jump N shows the lines around one of them."],
  verify: [["/verify ravi digits", "yes"], "VERIFIED: Ravi."],
  "verify-how": [["/verify ravi", "later"], "How? Type words"],
  verification: [["/verify ravi words"], "Verify Ravi ?7f3c2k with seven words"],
  "read-code": [["/verify ravi read", "later"], "paste the text of the code. Or type later."],
}

export const PICKERS_IN_LINES: Readonly<Record<Picker, Way>> = {
  all: [["/go"], "2 Meera T ✓, 1 new"],
  rooms: [["/go"], "2 Meera T ✓, 1 new"],
  people: [["/trust"], "Imran ?9qx4e1  not verified"],
  history: "the terminal does it",
  forward: [["/forward 2 imran"], "[Imran ?9qx4e1]"],
  react: [["/react 2 :yes:"], "— [2] you: :yes: to"],
}

/** What keys mean beside the line where one writes. */
export const PLACES_IN_LINES: Readonly<Record<PlaceAct, Way>> = {
  "message-menu": [["/help"], "/reply [N] TEXT"],
  "message-up": "nothing is drawn",
  "message-down": "nothing is drawn",
  "message-up-more": [["/older"], "Nothing older is here."],
  "message-down-more": "nothing is drawn",
  "message-oldest": [["/older"], "Nothing older is here."],
  "message-newest": [["/redraw"], "Open page 41."],
  "message-leave": "nothing is drawn",
  "message-help": [["/help"], "N is the number in brackets before a message."],
  "message-reply": [["/reply 2 soon"], "in answer to Ravi ?7f3c2k"],
  "message-edit": [["/edit 3 at one"], "— [3] you changed a message"],
  "message-delete": [["/delete 3", "yes"], "— [3] you deleted a message"],
  "message-react": [["/react 2 :yes:"], "— [2] you: :yes: to"],
  "message-copy": [["/copy 1"], "\nOpen page 41.\n"],
  "message-open": [["see http://a.example/b", "/open 4", "no"], "Open it in your browser?"],
  "message-who": [["/receipts"], "Imran ?9qx4e1 does not have it yet"],
  "message-verify": [["/verify ravi", "later"], "How? Type words"],
  "message-forward": [["/forward 2 imran"], "[Imran ?9qx4e1]"],
  "pane-open": [["/go ravi"], "— Ravi ?7f3c2k"],
  "pane-up": "nothing is drawn",
  "pane-down": "nothing is drawn",
  "pane-first": "nothing is drawn",
  "pane-last": "nothing is drawn",
  "pane-verify": [["/verify ravi", "later"], "How? Type words"],
  "pane-leave": "nothing is drawn",
  "pane-help": [["/help"], "/who: who is in this room"],
  "panel-choose": [["/delete", "no"], "Not deleted."],
  "panel-up": "nothing is drawn",
  "panel-down": "nothing is drawn",
  "panel-left": "nothing is drawn",
  "panel-right": "nothing is drawn",
  "panel-page-up": "nothing is drawn",
  "panel-page-down": "nothing is drawn",
  "panel-first": "nothing is drawn",
  "panel-last": "nothing is drawn",
  "panel-erase": "the terminal does it",
  "panel-clear": "the terminal does it",
  "panel-verify": [["/verify ravi", "later"], "How? Type words"],
  "panel-close": [["/delete", "/cancel"], "The question is closed; nothing was done."],
  "panel-help": [["/help"], "When something is asked, the answers stand behind it."],
}
