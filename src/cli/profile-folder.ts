/**
 * Where a profile lies, told from the command line and the environment: `--data`, else SECURE_CHAT_DATA, else the folder
 * of `--profile` or SECURE_CHAT_PROFILE. Small, because the language is looked up there before anything else is loaded.
 */
import { join, resolve } from "node:path"
import envPaths from "env-paths"

/** What a profile may be called. */
export const PROFILE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u

type Environment = Readonly<Record<string, string | undefined>>

/** @param data relative to where one is. @param profile checked already. @returns absolute. */
export function profileFolder(data: string | undefined, profile: string | undefined): string {
  return resolve(data ?? join(envPaths("secure-chat", { suffix: "" }).data, profile ?? "default"))
}

/** The same before the options are read. Undefined for what they refuse. */
export function folderOfArguments(args: readonly string[], env: Environment): string | undefined {
  const data = optionIn(args, "--data") ?? (env["SECURE_CHAT_DATA"] || undefined)
  const profile = optionIn(args, "--profile") ?? (env["SECURE_CHAT_PROFILE"] || undefined)
  const isSound = data !== "" && data?.includes("\0") !== true && PROFILE_NAME.test(profile ?? "default")
  return isSound ? profileFolder(data, profile) : undefined
}

/** The last `--name VALUE` or `--name=VALUE` before `--`. */
export function optionIn(args: readonly string[], name: string): string | undefined {
  const end = args.indexOf("--")
  let value: string | undefined
  for (const [index, arg] of (end < 0 ? args : args.slice(0, end)).entries()) {
    if (arg === name) value = args[index + 1] ?? value
    else if (arg.startsWith(`${name}=`)) value = arg.slice(name.length + 1)
  }
  return value
}
