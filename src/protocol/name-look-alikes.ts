/**
 * What looks alike by Unicode 17 and not yet by the table of `unhomoglyph` (Unicode 13), for the letters that names may
 * hold (`name-letters.ts`). Found by comparing the two, which `test/protocol/name-skeleton.test.ts` does again with
 * the table of the ICU that runs it: an entry that is missing here fails there, by its character.
 *
 * Hexadecimal: a character, `=`, what it looks like, joined by `+`.
 */
const PAIRS: readonly string[] = [
  // Latin
  "fe=70 14b=6e+329 192=66 1e9e=df",
  // Cyrillic
  "45f=75+329 448=77 4cf=6c",
  // Armenian
  "572=6e+329 582=69",
  // Arabic
  "67a=62a 68f=62f+6db 752=649+6db",
  // Devanagari
  "90d=90f+306 910=90f+11b64 911=905+93e+306 913=905+93e+11b64 93b=93e+93a 93f=9bf 945=306 947=11b64",
  "949=93e+306 956=11b62 957=11b63 969=33 972=905+306 973=905+93a 974=905+93e+93a 975=905+94f",
  // Bengali
  "9e6=6f 9f0=9b0",
  // Gurmukhi
  "a07=92a+94d+91f+9bf a08=92a+94d+91f+a40 a09=a73+11b62 a0a=a73+11b63 a0f=92a+94d+91f+11b64 a10=a05+948",
  "a15=935 a1c=924+94d+924 a1f=91f a20=920 a24=909 a27=92a a2b=922 a2e=92d a35=939 a38=92e a3f=9bf",
  "a41=11b62 a42=11b63 a47=11b64 a48=948 a72=92a+94d+91f",
  // Gujarati
  "aaa=447 ab0=968 aeb=447",
  // Odia
  "b66=6f",
  // Tamil
  "bb8=bb6",
  // Telugu
  "c16=c96+323",
  // Kannada
  "c90=c10 c97=c17 c9d=c1d c9f=c1f ca6=c26 ca8=c28 cb0=c30 cb3=c33 cbf=c3f cc1=c41 cc3=c43 ce6=4f",
  // Malayalam
  "d10=bc6+d0e d16=bb5 d1f=73 d25=bae d46=bc6 d47=bc7 d7a=ba3+d4d d7d=d32+d4d d7e=d33+d4d",
  // Sinhala
  "d8d=dc3+dd8 d92=d91+dca d93=d91+dd9 db5=d91 db6=d9b db9=d94 dc0=da0 dc4=db7",
  // Tibetan
  "f7b=f7a+f7a f7d=f7c+f7c",
  // Myanmar
  "1000=d30+102c 1002=d30 1004=63 1023=d30+102c+1039+d30+102c 102a=101e+103c+b47+102c+103a 1031=b47 105a=63",
  "1061=101b+103e",
  // Georgian
  "10d7=6f+102c 10d8=d30",
  // Khmer
  "178f=178a 17e0=6f",
  // Han, Bopomofo
  "3126=513f 4695=278ae 4e15=110c+1169 4e1b=1109+1109+30fc 4e8e=1b122 4eca=1109+30fc+1100 5152=16ff3",
  "535f=1106+1161 5408=1109+30fc+1106 6138=2b73f 723f=1102+116e+4e28 9577=1110+30fc+1102+110c 20674=51f5",
  "21533=58f7 21587=591a 216a7=216a8 22505=5f9a 23d40=6d85 248fd=73a5 2511a=25119 25ad4=8d1b 2659d=265a8",
  "26d06=26c36 2aec5=24814 2d161=5351",
]

let lookAlikes: ReadonlyMap<string, string> | undefined

/** Made when it is first asked for. */
export function laterLookAlikes(): ReadonlyMap<string, string> {
  lookAlikes ??= new Map(
    PAIRS.flatMap((row) => row.split(" ")).map((pair) => {
      const [from = "", to = ""] = pair.split("=")
      return [textOf(from), textOf(to)]
    }),
  )
  return lookAlikes
}

function textOf(points: string): string {
  return String.fromCodePoint(...points.split("+").map((point) => Number.parseInt(point, 16)))
}
