/** How a relay starts its second process: as a command that nobody types, since it has a parent that speaks to it. */
const COMMAND = "tls-terminator"

export const TLS_TERMINATOR_ARGS = [COMMAND]

export function isTlsTerminator({ argv, connected }: Pick<NodeJS.Process, "argv" | "connected">): boolean {
  return connected && argv[2] === COMMAND
}
