/** Names as a person types them in a command: quoted, known, or a word. */

/** The name at the front of a text: quoted, or the longest known one, or the first word. */
export function takeName(text: string, names: readonly string[]): { name: string; rest: string } {
  const quoted = /^"([^"\n]+)"\s*/u.exec(text)
  if (quoted !== null) return { name: quoted[1]!, rest: text.slice(quoted[0].length) }
  const lower = text.toLowerCase()
  let best = ""
  for (const name of names) {
    const fits = lower.startsWith(name.toLowerCase()) && /^(\s|$)/u.test(text.slice(name.length))
    if (fits && name.length > best.length) best = name
  }
  const name = best === "" ? /^\S*/u.exec(text)![0] : text.slice(0, best.length)
  return { name, rest: text.slice(name.length).replace(/^\s+/u, "") }
}

export function bareName(text: string, names: readonly string[]): string {
  const plain = unquote(text)
  return plain.startsWith("@") && !names.includes(plain) ? plain.slice(1) : plain
}

export function unquote(text: string): string {
  const quoted = /^"([^"]+)"$/u.exec(text)
  return quoted === null ? text : quoted[1]!
}
