/** `secure-chat` alone: the chat in a terminal, or without one the demonstration. */
import { systemClock } from "../../platform/clock.ts"
import { runDemo } from "../demo.ts"
import type { Invocation } from "./context.ts"

export async function chat({ io }: Invocation): Promise<void> {
  if (!io.stdin.isTTY) return await runDemo(io, systemClock)
}
