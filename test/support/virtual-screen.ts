/** A terminal emulator without a window: what would stand on the screen after these bytes. */
import xterm from "@xterm/headless"

export type VirtualTerminal = InstanceType<typeof xterm.Terminal>

export function openVirtualTerminal(columns: number, rows: number): VirtualTerminal {
  return new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 })
}

/** Resolves when the bytes have been interpreted. */
export function feed(terminal: VirtualTerminal, data: string): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve))
}

/** The visible rows, right-trimmed. */
export function rowsOf(terminal: VirtualTerminal): string[] {
  const buffer = terminal.buffer.active
  return Array.from(
    { length: terminal.rows },
    (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "",
  )
}

export function textOf(terminal: VirtualTerminal): string {
  return rowsOf(terminal).join("\n")
}
