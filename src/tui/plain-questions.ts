/**
 * Questions of the line mode: one at a time, and one way to answer them. While one stands, a line is its answer, a command,
 * or nothing: it is never a message. What happens meanwhile may close it, and the answer that comes too late goes nowhere
 * either.
 */
import { say, type SafeText } from "./safe-text.ts"

export interface Question {
  /** What is asked, with everything that answers it: said again after what is no answer. */
  text: SafeText
  /** Every line that is no command answers it: it asks for a path or a code. */
  takesText?: boolean
  /** @param said trimmed, small letters. @returns what the answer does, and the next question; undefined: no answer. */
  answer(said: string, line: string): (() => Promise<Question | undefined>) | undefined
  /** Why there is nothing to answer any more; undefined: there is. */
  overtaken(): SafeText | undefined
}

export class Questions {
  readonly #print: (...lines: readonly SafeText[]) => void
  #open: Question | undefined
  /** Closed by what happened, and its answer may be on its way. */
  #gone: Question | undefined
  /** A command that could have asked did not: whether any line may be the answer to it, or only such a word. */
  #unasked: "word" | "text" | undefined

  constructor(print: (...lines: readonly SafeText[]) => void) {
    this.#print = print
  }

  /** @param before what is to be known first. */
  ask(question: Question, ...before: readonly SafeText[]): void {
    if (this.#open !== undefined) this.#print(say`The question before is closed; nothing was done.`)
    this.#open = question
    this.#gone = undefined
    this.#print(...before, question.text)
  }

  cancel(): void {
    const wasOpen = this.#open !== undefined
    this.#open = undefined
    this.#print(wasOpen ? say`The question is closed; nothing was done.` : say`No question is open.`)
  }

  /** Nothing more is typed. @returns whether something was asked that nobody has answered. */
  end(): boolean {
    const wasOpen = this.#open !== undefined
    if (wasOpen) this.cancel()
    return wasOpen
  }

  /**
   * After a command that can ask: when nothing is asked, the line behind it may be an answer all the same, written before
   * anybody knew. @param answer what that would be; undefined after all else.
   */
  notAsked(answer: "word" | "text" | undefined): void {
    this.#unasked = this.#open === undefined ? answer : undefined
  }

  /** After everything that happens: a question that nobody needs to answer any more closes, and says why. */
  look(): void {
    const why = this.#open?.overtaken()
    if (why === undefined) return
    this.#gone = this.#open
    this.#open = undefined
    this.#print(why)
  }

  /**
   * A line that is neither a command nor said literally.
   * @param refused why it would not be a message either. @returns undefined when no question stands there.
   * @throws what the answer does; the question stands still then.
   */
  async take(line: string, refused: SafeText | undefined): Promise<"done" | "not-done" | undefined> {
    this.look()
    const said = line.trim().toLowerCase()
    const question = this.#open
    const unasked = this.#unasked
    this.#unasked = undefined
    if (
      question === undefined &&
      said !== "" &&
      (unasked === "text" || (unasked === "word" && isAnswer(said)))
    ) {
      this.#gone = undefined
      this.#print(
        say`Nothing was asked, so this is no answer, and it was not sent. /say TEXT says it all the same.`,
      )
      return "not-done"
    }
    if (question === undefined) return this.#afterwards(said, line)
    if (said === "") {
      this.#print(question.text)
      return "done"
    }
    const isOffered = refused === undefined || question.takesText === true
    const act = isOffered ? question.answer(said, line) : undefined
    if (act === undefined) {
      this.#print(
        refused ?? say`Nothing was sent, for a question is open.`,
        say`${question.text} /cancel closes the question; /say TEXT says something all the same.`,
      )
      return "not-done"
    }
    this.#open = undefined
    try {
      const next = await act()
      if (next !== undefined) this.ask(next)
      return "done"
    } catch (error) {
      this.#open ??= question
      throw error
    }
  }

  #afterwards(said: string, line: string): "not-done" | undefined {
    const gone = this.#gone
    if (gone === undefined || said === "") return undefined
    this.#gone = undefined
    if (gone.answer(said, line) === undefined) return undefined
    this.#print(say`That question is over: nothing was done, and nothing was sent.`)
    return "not-done"
  }
}

/** @param asked a sentence. @param onNo said when the answer is no. */
export function yesOrNo(
  asked: SafeText,
  onYes: () => Promise<SafeText | undefined>,
  onNo: SafeText,
  print: (...lines: readonly SafeText[]) => void,
  overtaken: () => SafeText | undefined,
): Question {
  return {
    text: say`${asked} Type yes or no.`,
    overtaken,
    answer: (said) => {
      if (isNo(said)) return done(() => print(onNo))
      if (!isYes(said)) return undefined
      return done(async () => {
        const words = await onYes()
        if (words !== undefined) print(words)
      })
    },
  }
}

/** The words that stand in the question are understood as well, whatever language the program speaks. */
const YES = ["yes", "y", "हाँ", "हां"]
const NO = ["no", "n", "नहीं"]

/** What else answers some question: ways to verify, and what is done about a key. */
const OTHERS = ["later", "verify", "block", "words", "digits", "show", "read", "room"]

const isAnswer = (said: string): boolean => isYes(said) || isNo(said) || OTHERS.includes(said)
export const isYes = (said: string): boolean => YES.includes(said.normalize("NFC"))
export const isNo = (said: string): boolean => NO.includes(said.normalize("NFC"))

/** An answer after which nothing more is asked. */
export function done(act: () => Promise<void> | void): () => Promise<undefined> {
  return async () => {
    await act()
    return undefined
  }
}
