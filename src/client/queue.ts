/**
 * One event at a time: saving and MLS are asynchronous, and an event is finished before the next one starts.
 * Nothing else in the engine takes a lock.
 */
export class EventQueue {
  readonly #waiting: (() => Promise<void> | void)[] = []
  readonly #failed: (cause: unknown) => void
  #running = false
  #closed = false
  #idle: (() => void)[] = []

  /** @param failed is told of every event that throws; the queue goes on. */
  constructor(failed: (cause: unknown) => void) {
    this.#failed = failed
  }

  push(event: () => Promise<void> | void): void {
    if (this.#closed) return
    this.#waiting.push(event)
    if (!this.#running) void this.#run()
  }

  /** As an event of the queue; resolves or rejects with what it did. */
  do<T>(action: () => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(new RangeError("the client has been stopped"))
        return
      }
      this.push(async () => {
        try {
          resolve(await action())
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)))
        }
      })
    })
  }

  /** Resolves when nothing is running or waiting. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve()
    return new Promise((resolve) => void this.#idle.push(resolve))
  }

  /** Takes nothing more; what waits is dropped, what runs is awaited. */
  close(): Promise<void> {
    this.#closed = true
    this.#waiting.length = 0
    return this.idle()
  }

  async #run(): Promise<void> {
    this.#running = true
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      try {
        await event()
      } catch (cause) {
        this.#failed(cause)
      }
    }
    this.#running = false
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }
}
