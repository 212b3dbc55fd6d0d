/** What is said and done to a room in the line mode, and what is asked first when it had better not be. */
import { ClientError } from "../client/client.ts"
import type { MessageName } from "../client/events.ts"
import { done, isNo, yesOrNo } from "./plain-questions.ts"
import type { Tools } from "./plain-rooms.ts"
import { prepareAct, type RoomAct, tryNow } from "./room-acts.ts"
import { say, type SafeText } from "./safe-text.ts"
import { errorWords, sentenceOf } from "./words.ts"

/** @throws what `Client.send` throws, but for `inviter-unheard`, which becomes a question. */
export async function sayThere(
  tools: Tools,
  roomId: string,
  text: string,
  replyTo?: MessageName,
): Promise<void> {
  const { client, state, print } = tools
  try {
    await client.send(roomId, text, replyTo)
    tryNow(client)
  } catch (cause) {
    if (!(cause instanceof ClientError) || cause.code !== "inviter-unheard") throw cause
    const why = say`Not sent. ${sentenceOf(cause.message)} Wait until they are here, or ask them in person. Send it all the same?`
    state.questions.ask({
      // Nobody has asked to be asked: the line behind this one may be a message, and "yes" is one.
      text: say`${why} Type send or no.`,
      overtaken: () => undefined,
      answer: (said) => {
        if (isNo(said)) return done(() => print(say`Not sent.`))
        if (said !== "send") return undefined
        return done(async () => {
          await client.link.goOnWithout(roomId)
          await client.send(roomId, text, replyTo)
        })
      },
    })
  }
}

/** @throws what `prepareAct` and the client throw. */
export async function askAct(act: RoomAct, name: string, { client, state, print }: Tools): Promise<void> {
  const { key, warning, asked, run } = prepareAct(client, act, name)
  if (warning === undefined) {
    await run()
    return print(asked)
  }
  const overtaken = (): SafeText | undefined => {
    try {
      if (prepareAct(client, act, name).key === key) return undefined
      return say`The question is over: that name means somebody else now.`
    } catch (error) {
      return say`The question is over. ${errorWords(error)}`
    }
  }
  const onYes = async () => {
    await run()
    return asked
  }
  state.questions.ask(yesOrNo(say`${warning} Do it?`, onYes, say`Not done.`, print, overtaken))
}
