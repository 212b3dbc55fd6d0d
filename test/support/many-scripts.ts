/** A class whose names and words terminals disagree about: Hindi, Arabic, Chinese, Japanese, joined emoji. */
import { FakeClient, NOON } from "./fake-client.ts"

const EVERYONE = "r_everyone"

const PEOPLE: readonly [name: string, tag: string, texts: readonly string[]][] = [
  ["क्षितिज त्रिपाठी", "7f3c2k", ["क्षत्रिय, ज्ञान, श्री, कर्त्तव्य", "परीक्षा कब है?"]],
  ["अनीता राव", "2k9d0p", ["आज का गृहकार्य इकतालीसवाँ पृष्ठ है। लंबा अभ्यास परीक्षा में नहीं आएगा, पर एक बार पढ़ लेना।"]],
  [
    "ليلى حسن",
    "8m1x4s",
    ["متى الامتحان؟ At 12:30.", "واجب اليوم في الصفحة الحادية والأربعين، لكن اقرؤوه مرة واحدة."],
  ],
  ["山田 花子", "0w5r6t", ["今日の宿題は四十一ページです。長い練習問題は試験に出ません。"]],
  ["Zoë 👩🏽‍🏫", "3n7v1b", ["👨‍👩‍👧‍👦 👩🏽‍🏫 🏳️‍🌈 🇮🇳 1️⃣ ☺️ 👍🏽 and page 42 🎉"]],
]

/** @param me Name of whoever sits here. */
export async function manyScripts(me = "Asha"): Promise<FakeClient> {
  const client = new FakeClient(me)
  client.setConnection({
    state: "online",
    host: "10.0.0.1",
    port: 7667,
    relayName: "कक्षा ८",
    openRelay: false,
  })
  let minute = 0
  for (const [index, [name, tag, texts]] of PEOPLE.entries()) {
    const person = client.addPerson(name, { tag, trust: index % 2 === 0 ? "unverified" : "verified" })
    const { id } = await client.openChat(person.id)
    for (const text of texts) client.receive(EVERYONE, person, text, NOON + minute++ * 60_000)
    for (let n = 0; n <= index; n++) client.receive(id, person, `${n}`, NOON + minute++ * 60_000)
  }
  client.setRoom(EVERYONE, { unread: 0 })
  return client
}
