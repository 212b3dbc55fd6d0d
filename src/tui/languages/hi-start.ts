/** Hindi: the first start, invitations, passphrases. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const startHi: Catalogue = {
  "A passphrase locks your keys and messages on this disk: you type it at each start, and nobody can recover it. With none, whoever can read your files can read them too.":
    "पासफ़्रेज़ (लंबा पासवर्ड) इस डिस्क पर आपकी कुंजियों और संदेशों पर ताला लगाता है: हर बार शुरू करते समय उसे टाइप करना होता है, और भूल जाने पर कोई उसे वापस नहीं ला सकता। उसके बिना, जो आपकी फ़ाइलें पढ़ सकता है वह उन्हें भी पढ़ सकता है।",
  "Talk to people on this network. What you write is encrypted for the people you talk to; the relay in between cannot read it. No internet is used.":
    "इस नेटवर्क के लोगों से बात करें। आप जो लिखते हैं वह उन्हीं के लिए एन्क्रिप्ट होता है जिनसे आप बात करते हैं; बीच का रिले उसे नहीं पढ़ सकता। इंटरनेट का उपयोग नहीं होता।",
  "What should others call you? Your name is seen by everybody on the relay.":
    "दूसरे आपको किस नाम से बुलाएँ? आपका नाम रिले पर सबको दिखता है।",
  "Your name": "आपका नाम",
  "Enter: go on   Ctrl+C: leave": "Enter: आगे   Ctrl+C: बाहर",
  "Up Down   Enter: take   Esc: back": "Up Down   Enter: चुनें   Esc: वापस",
  "Up Down: choose   Enter: take   Esc: back": "Up Down: बदलें   Enter: चुनें   Esc: वापस",
  "Type or paste the invitation: a link that starts with secure-chat:, or the address and 12 words that whoever runs the relay shows you.":
    "निमंत्रण टाइप करें या चिपकाएँ: secure-chat: से शुरू होने वाला लिंक, या पता और 12 शब्द, जो रिले चलाने वाले आपको दिखाते हैं।",
  "It says which relay to trust, so take it from a person or a screen that you trust.":
    "वही बताता है कि किस रिले पर भरोसा करना है, इसलिए उसे भरोसे के व्यक्ति या भरोसे की स्क्रीन से ही लें।",
  Invitation: "निमंत्रण",
  "Enter: join   Esc: back": "Enter: जुड़ें   Esc: वापस",
  "Joining as {0}… making your keys and looking for the relay.":
    "{0} नाम से जुड़ रहे हैं… कुंजियाँ बन रही हैं और रिले खोजा जा रहा है।",
  "Starting a relay on this computer…": "इस कंप्यूटर पर रिले शुरू हो रहा है…",
  "Enter: go to the chat": "Enter: बातचीत पर जाएँ",
  "{0} secure-chat ": "{0} secure-chat ",
  "Please wait   Ctrl+C: leave": "कृपया रुकें   Ctrl+C: बाहर",
  "Hello {0}. A relay on this network carries the messages. Which one?":
    "नमस्ते {0}। संदेश इस नेटवर्क का कोई रिले पहुँचाता है। कौन-सा?",
  "Relays that show themselves on this network are only addresses: their invitation is still needed.":
    "इस नेटवर्क पर दिखने वाले रिले केवल पते हैं: उनका निमंत्रण फिर भी चाहिए।",
  "No relay has shown itself here so far; one that does appears in this list.":
    "अब तक यहाँ कोई रिले नहीं दिखा; जो दिखेगा वह इस सूची में आ जाएगा।",
  "I have an invitation": "मेरे पास निमंत्रण है",
  "A link, or an address and 12 words.": "लिंक, या पता और 12 शब्द।",
  "Start a relay on this computer": "इस कंप्यूटर पर रिले शुरू करें",
  "It goes on after you leave the chat, so that others can talk.":
    "आपके बातचीत छोड़ने के बाद भी वह चलता रहता है, ताकि दूसरे बात कर सकें।",
  "Relay at {0}. Enter joins it.": "{0} पर रिले। Enter से जुड़ें।",
  "Relay at {0}. Now the 12 words of its invitation.": "{0} पर रिले। अब उसके निमंत्रण के 12 शब्द लिखें।",
  "Your relay runs, and goes on after you leave the chat.":
    "आपका रिले चल रहा है, और आपके बातचीत छोड़ने के बाद भी चलता रहेगा।",
  'Others start secure-chat, type their name, choose "I have an invitation", and':
    'दूसरे लोग secure-chat शुरू करें, अपना नाम टाइप करें, "मेरे पास निमंत्रण है" (I have an invitation) चुनें, और',
  "{0} write:": "{0} यह लिखें:",
  "or paste this link:": "या यह लिंक चिपकाएँ:",
  "Whoever has it can join, so show it only to the people who should.":
    "जिसके पास यह है वह जुड़ सकता है, इसलिए इसे केवल उन्हीं को दिखाएँ जिन्हें जुड़ना है।",
  'You are not in #everyone, and this computer runs no relay of its own. Whoever runs the relay has the invitation: it is in the file "invitation" of the relay\'s folder. Whoever is in the room can show one: /link.':
    'आप #everyone में नहीं हैं, और यह कंप्यूटर अपना कोई रिले नहीं चलाता। निमंत्रण रिले चलाने वाले के पास है: वह रिले के फ़ोल्डर की "invitation" फ़ाइल में है। कमरे में मौजूद कोई भी निमंत्रण दिखा सकता है: /link।',
  "The relay, and #everyone, let in whoever has this.": "जिसके पास यह है उसे रिले और #everyone आने देते हैं।",
  "{0} paste this link:": "{0} यह लिंक चिपकाएँ:",
  "Type a name first.": "पहले नाम टाइप करें।",
  "Type or paste the invitation first.": "पहले निमंत्रण टाइप करें या चिपकाएँ।",
  "That is only the address. Add the 12 words of the invitation after it, or paste the whole link.":
    "यह केवल पता है। उसके बाद निमंत्रण के 12 शब्द जोड़ें, या पूरा लिंक चिपकाएँ।",
  "{0} at {1}": "{0}, {1} पर",
  "The relay's key: {0}.": "रिले की कुंजी: {0}।",
  "Its key is {0}: its own screen shows the same (I).": "इसकी कुंजी {0} है: इसकी अपनी स्क्रीन यही दिखाती है (I)।",
}
