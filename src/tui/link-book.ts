/** Numbers that people type: of links, and in the line mode of messages. Each thing keeps its number while the program runs. */

export class LinkBook {
  readonly #numbers = new Map<string, number>()
  readonly #places: { id: string; index: number }[] = []

  /** Of the link at this place among those of a message. */
  numberOf(id: string, index: number): number {
    const key = `${id} ${index}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#places.push({ id, index })
    this.#numbers.set(key, this.#places.length)
    return this.#places.length
  }

  /** What has this number; undefined for one that was not given. */
  placeOf(number: number): { id: string; index: number } | undefined {
    return this.#places[number - 1]
  }
}

/** A message by its number in the line mode. */
export interface Numbered {
  roomId: string
  id: string
}

export class MessageBook {
  readonly #numbers = new Map<string, number>()
  readonly #messages: Numbered[] = []

  numberOf(roomId: string, id: string): number {
    const key = `${roomId} ${id}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#messages.push({ roomId, id })
    this.#numbers.set(key, this.#messages.length)
    return this.#messages.length
  }

  /** Undefined for a message that was not printed. */
  knownAs(roomId: string, id: string): number | undefined {
    return this.#numbers.get(`${roomId} ${id}`)
  }

  messageOf(number: number): Numbered | undefined {
    return this.#messages[number - 1]
  }
}
