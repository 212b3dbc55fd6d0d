/**
 * One event at a time: saving and MLS are asynchronous, and an event is finished before the next one starts.
 * Nothing else in the engine takes a lock.
 */
import { endsTheProcess } from "./errors.ts"

export class EventQueue {
  readonly #waiting: { run: () => Promise<void> | void; dropped: () => void }[] = []
  readonly #failed: (cause: unknown) => void
  #running = false
  #closed = false
  #idle: (() => void)[] = []

  /** @param failed is told of every event that throws; the queue goes on. */
  constructor(failed: (cause: unknown) => void) {
    this.#failed = failed
  }

  push(event: () => Promise<void> | void): void {
    this.#add(event, () => {})
  }

  /** As an event of the queue; resolves or rejects with what it did. Rejects when the queue is closed before its turn. */
  do<T>(action: () => Promise<T> | T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async () => {
        try {
          resolve(await action())
        } catch (cause) {
          reject(cause instanceof Error ? cause : new Error(String(cause)))
          // Whoever asked is told, and so is the owner of the queue: nothing that waits may happen any more.
          if (endsTheProcess(cause)) throw cause
        }
      }
      this.#add(run, () => reject(new RangeError("the client has been stopped")))
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
    for (const { dropped } of this.#waiting.splice(0)) dropped()
    return this.idle()
  }

  #add(run: () => Promise<void> | void, dropped: () => void): void {
    if (this.#closed) return dropped()
    this.#waiting.push({ run, dropped })
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      try {
        await event.run()
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
