/** The relay's second process: what it hands on is a whole frame, or the beginning of one that a stranger may not send. */
import { type FirstWords, runTerminator } from "../platform/terminator.ts"
import { ProtocolError } from "../protocol/errors.ts"
import { FrameDecoder, MAX_STRANGER_FRAME_BYTES } from "../protocol/framing.ts"

runTerminator(() => firstFrame())

function firstFrame(): FirstWords {
  const decoder = new FrameDecoder(MAX_STRANGER_FRAME_BYTES)
  return (bytes) => {
    try {
      return decoder.cut(bytes).length > 0
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      // The relay says what is wrong with it.
      return true
    }
  }
}
