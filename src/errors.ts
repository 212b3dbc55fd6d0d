/**
 * An error we throw on purpose. `code` is stable and is what callers switch on;
 * `message` is for people and may be reworded at any time.
 */
export abstract class CodedError<Code extends string> extends Error {
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** Ends a `switch` over a closed union: adding a case without handling it stops compiling. */
export function unreachable(value: never): never {
  throw new RangeError(`unreachable: ${JSON.stringify(value)}`)
}
