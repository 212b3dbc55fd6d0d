/** Emoji by name, as people know them from elsewhere: `:thumbsup:`. Each stands as one letter of two cells. */

const LIST = `+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok 👌|clap 👏|wave 👋|pray 🙏|namaste 🙏|muscle 💪|point_up 👆|raised_hand ✋|handshake 🤝|eyes 👀|
smile 😄|grin 😁|joy 😂|rofl 🤣|slight_smile 🙂|wink 😉|blush 😊|heart_eyes 😍|kiss 😘|yum 😋|sunglasses 😎|thinking 🤔|neutral 😐|unamused 😒|
confused 😕|worried 😟|cry 😢|sob 😭|angry 😠|rage 😡|scream 😱|sleepy 😪|sleeping 😴|sick 🤒|mask 😷|party 🥳|hugging 🤗|shrug 🤷|facepalm 🤦|
heart ❤️|blue_heart 💙|green_heart 💚|yellow_heart 💛|broken_heart 💔|fire 🔥|star ⭐|sparkles ✨|100 💯|tada 🎉|balloon 🎈|gift 🎁|trophy 🏆|medal 🏅|
check ✅|cross ❌|warning ⚠️|question ❓|exclamation ❗|stop 🛑|bell 🔔|mute 🔕|lock 🔒|unlock 🔓|key 🔑|shield 🛡️|bulb 💡|hourglass ⏳|clock 🕐|calendar 📅|
book 📖|books 📚|pencil ✏️|memo 📝|pin 📌|clip 📎|ruler 📏|computer 💻|phone 📞|camera 📷|printer 🖨️|mail ✉️|school 🏫|house 🏠|hospital 🏥|office 🏢|bus 🚌|bike 🚲|car 🚗|train 🚆|
sun ☀️|cloud ☁️|rain 🌧️|snow ❄️|umbrella ☔|tree 🌳|flower 🌸|rose 🌹|dog 🐶|cat 🐱|cow 🐮|elephant 🐘|bird 🐦|fish 🐟|bug 🐛|
tea 🍵|coffee ☕|water 💧|apple 🍎|banana 🍌|mango 🥭|rice 🍚|bread 🍞|cake 🎂|pizza 🍕|
soccer ⚽|cricket 🏏|football 🏈|chess ♟️|music 🎵|art 🎨|rocket 🚀|globe 🌍|india 🇮🇳|pill 💊|syringe 💉|ambulance 🚑|sos 🆘|skull 💀|ghost 👻|robot 🤖`

export const EMOJI: readonly (readonly [name: string, emoji: string])[] = LIST.replaceAll("\n", "")
  .split("|")
  .map((entry) => {
    const [name = "", emoji = ""] = entry.split(" ")
    return [name, emoji]
  })

/** Names that begin so, then those that hold it. */
export function emojiLike(typed: string): readonly string[] {
  const asked = typed.toLowerCase()
  const starting = EMOJI.filter(([name]) => name.startsWith(asked))
  const holding = EMOJI.filter(([name]) => !name.startsWith(asked) && name.includes(asked))
  return [...new Set([...starting, ...holding].map(([, emoji]) => emoji))]
}
