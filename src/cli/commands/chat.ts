/** `secure-chat` alone: the chat in a terminal, or without one the demonstration. */
import { CliError } from "../errors.ts"
import type { Invocation } from "./context.ts"

export async function chat({ io }: Invocation): Promise<void> {
  if (!io.stdin.isTTY) throw new CliError("usage", "not in a terminal")
}
