/** The part of the database library's interface that we use: its package names no types for ES module imports. */
declare module "better-sqlite3-multiple-ciphers" {
  class SqliteError extends Error {
    readonly code: string
  }

  class Database {
    constructor(path: string, options?: { readonly?: boolean; fileMustExist?: boolean; timeout?: number })
    static readonly SqliteError: typeof SqliteError
    readonly open: boolean
    readonly inTransaction: boolean
    prepare<Bound extends unknown[], Row = unknown>(sql: string): Database.Statement<Bound, Row>
    transaction<Run extends (...values: never[]) => unknown>(run: Run): Run
    exec(sql: string): this
    /** Each step copies as many pages as `progress` says. */
    backup(path: string, options: { progress(): number }): Promise<unknown>
    pragma(source: string, options?: { simple?: boolean }): unknown
    /** @returns 0 when the raw key was taken. */
    key(key: Buffer): number
    rekey(key: Buffer): number
    /** Lets the list of tables be written. */
    unsafeMode(unsafe: boolean): this
    close(): this
  }

  namespace Database {
    interface Statement<Bound extends unknown[], Row> {
      run(...values: Bound): { changes: number; lastInsertRowid: number | bigint }
      get(...values: Bound): Row | undefined
      all(...values: Bound): Row[]
      iterate(...values: Bound): IterableIterator<Row>
    }
  }

  export = Database
}
