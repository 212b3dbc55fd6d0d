/** Hindi: the chat: rooms, lines, the bars above and below. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const chatHi: Catalogue = {
  "{0} {1} opens it.": "{0} {1} से खोलें।",
  "{0} B": "{0} B",
  "{0} kB": "{0} kB",
  "Nothing new in this room.": "इस कमरे में कुछ नया नहीं है।",
  "Nothing new anywhere.": "कहीं कुछ नया नहीं है।",
  "There is no room {0}.": "कमरा {0} नहीं है।",
  "Emptied. {0} brings it back.": "खाली किया। {0} से वापस आएगा।",
  "Ctrl+C again quits.": "बाहर निकलने के लिए फिर Ctrl+C दबाएँ।",
  "Not sent: no room is open. {0} opens one.": "नहीं भेजा: कोई कमरा खुला नहीं है। {0} से खोलें।",
  "No room is open.": "कोई कमरा खुला नहीं है।",
  "Whom? Write /verify NAME, or choose with {0}; /verify room checks everybody at once.":
    "किसे? /verify नाम लिखें, या {0} से चुनें; /verify room सबको एक साथ जाँचता है।",
  "Make this window larger.": "यह विंडो बड़ी करें।",
  " {0} {1} new below {2} End ": " {0} नीचे नए: {1} {2} End ",
  " {0} more below {1} End ": " {0} नीचे और है {1} End ",
  "{0} help": "{0} मदद",
  "secure-chat": "secure-chat",
  "{0}{1} new": "{0}नए: {1}",
  STOPPED: "रोका गया",
  "e2e {0}": "e2e {0}",
  online: "ऑनलाइन",
  offline: "ऑफ़लाइन",
  "coming in": "शामिल हो रहे हैं",
  "NO SECRET: anybody on this network can be here": "कोई गुप्त शब्द नहीं: इस नेटवर्क का कोई भी यहाँ हो सकता है",
  "PgUp PgDn{0}": "PgUp PgDn{0}",
  below: "नीचे",
  "more below": "नीचे और",
  "Esc back": "Esc वापस",
  "Left: message before": "Left: पिछला संदेश",
  "{0} of {1} online": "{1} में {0} ऑनलाइन",
  "Go to": "कहाँ जाना है",
  Rooms: "कमरे",
  People: "लोग",
  "Enter open": "Enter खोलें",
  "F5 verify": "F5 सत्यापित करें",
  "type to search": "खोजने के लिए टाइप करें",
  "{0} new": "नए: {0}",
  "{0} {1} more": "{0} और {1}",
  " to {0}": " ({0})",
  " {0} {1} to send": " {0} {1} भेजने बाकी",
  "{0} send": "{0} भेजें",
  "{0} line": "{0} पंक्ति",
  "{0} go": "{0} जाएँ",
  "{0} verify": "{0} सत्यापित",
  "{0} people": "{0} लोग",
  "{0} came in": "{0} आए",
  "{0} left": "{0} चले गए",
  "You came in. What was said before cannot be read by you.": "आप आए। पहले जो कहा गया उसे आप नहीं पढ़ सकते।",
  "Keys agreed: from here on only the two of you can read this.":
    "कुंजियाँ तय हुईं: यहाँ से इसे केवल आप दोनों पढ़ सकते हैं।",
  "{0} opened this chat again with new keys.": "{0} ने यह बातचीत नई कुंजियों से फिर खोली।",
  "A computer of {0} tells different people different things. What it says is set aside; ask {1} in person.":
    "{0} का एक कंप्यूटर अलग-अलग लोगों को अलग-अलग बातें बताता है। वह जो कहता है उसे अलग रखा गया है; {1} से सामने मिलकर पूछें।",
  "What {0} has of this room is not what you have: somebody may be keeping messages from one of you. Compare with {1} in person.":
    "इस कमरे का जो {0} के पास है वह आपके पास नहीं है: हो सकता है कि कोई आप में से एक से संदेश रोक रहा हो। {1} से सामने मिलकर मिलाएँ।",
  "{0} has been online for 15 minutes and has not confirmed what you sent: it may not get through. Ask {1} another way.":
    "{0} 15 मिनट से ऑनलाइन हैं और आपने जो भेजा उसकी पुष्टि नहीं हुई: शायद वह पहुँच नहीं रहा। {1} से किसी और तरीक़े से पूछें।",
  "A message could not be read and was set aside: {0}": "एक संदेश पढ़ा नहीं जा सका और अलग रखा गया: {0}",
  "A line that stood here cannot be read: this computer's disk did not keep it as it was.":
    "यहाँ की एक पंक्ति पढ़ी नहीं जा सकती: इस कंप्यूटर की डिस्क ने उसे वैसा नहीं रखा जैसी वह थी।",
  "Somebody posted a change to this room that nobody may make. It was ignored.":
    "किसी ने इस कमरे में ऐसा बदलाव भेजा जो कोई नहीं कर सकता। उसे अनदेखा किया गया।",
  "You came back in with fresh keys. Messages in between may be missing.":
    "आप नई कुंजियों के साथ फिर अंदर आए। बीच के संदेश छूटे हो सकते हैं।",
  "The relay lost its copy of this room, or another relay took its place. What you have is kept, and what it had lost of yours was sent again.":
    "रिले ने इस कमरे की अपनी प्रति खो दी, या उसकी जगह दूसरा रिले आया। आपके पास जो है वह रहा, और आपका जो उसने खोया था वह फिर भेजा गया।",
  "A part of this room cannot be read at the relay any more: messages may be missing here. Ask whether somebody wrote something that you do not see.":
    "इस कमरे का एक हिस्सा अब रिले पर पढ़ा नहीं जा सकता: यहाँ संदेश छूटे हो सकते हैं। पूछें कि क्या किसी ने कुछ लिखा जो आपको नहीं दिखता।",
  "This is an older copy of your profile. Nothing is sent until you have come in again with new keys, which happens by itself; messages may be missing.":
    "यह आपकी प्रोफ़ाइल की पुरानी प्रति है। जब तक आप नई कुंजियों के साथ फिर अंदर नहीं आते, कुछ नहीं भेजा जाता; यह अपने-आप होता है। संदेश छूटे हो सकते हैं।",
  "This profile was put back from a backup: messages of the time since then may be missing.":
    "यह प्रोफ़ाइल बैकअप से वापस लाई गई: तब से अब तक के संदेश छूटे हो सकते हैं।",
  "The relay began its list of people anew, as after a repair. You keep everybody you know, with what you know of their keys.":
    "रिले ने लोगों की अपनी सूची नए सिरे से शुरू की, जैसे मरम्मत के बाद होता है। आप जिन्हें जानते हैं वे सब, और उनकी कुंजियों की जानकारी, आपके पास रहती है।",
  "You compared keys with {0}: they match.": "आपने {0} के साथ कुंजियाँ मिलाईं: वे मिलती हैं।",
  "You compared keys with {0}: they DIFFER. Nothing more is sent to them.":
    "आपने {0} के साथ कुंजियाँ मिलाईं: वे अलग हैं। उन्हें अब कुछ नहीं भेजा जाता।",
  "{0} removed {1} from this room. The link is replaced with it, and no invitation lets {2} in again.":
    "{0} ने {1} को इस कमरे से हटाया। इसके साथ लिंक बदला जाता है, और कोई निमंत्रण {2} को फिर अंदर नहीं आने देता।",
  "{0} took back that {1} may not come in: a new invitation lets them in again.":
    "{0} ने {1} पर लगी रोक हटाई: नया निमंत्रण उन्हें फिर अंदर आने देता है।",
  "{0} made {1} a moderator, who may remove people and replace the link.":
    "{0} ने {1} को संचालक बनाया; संचालक लोगों को हटा सकते हैं और लिंक बदल सकते हैं।",
  "{0} made {1} a member like others, no moderator any more.":
    "{0} ने {1} को औरों जैसा सदस्य बनाया; अब संचालक नहीं।",
  "{0} replaced the link of this room: invitations made before do not lead here any more.":
    "{0} ने इस कमरे का लिंक बदला: पहले के निमंत्रण अब यहाँ नहीं लाते।",
  "{0} removed you from this room. What was said until now stays here to read; nothing more comes in or goes out.":
    "{0} ने आपको इस कमरे से हटाया। अब तक जो कहा गया वह यहाँ पढ़ा जा सकता है; और कुछ न आता है, न जाता है।",
  You: "आप",
  you: "आप",
  "1 message of {0} is missing here and has been asked for.": "{0} का 1 संदेश यहाँ नहीं है और माँगा गया है।",
  "{0} messages of {1} are missing here and have been asked for.": "{1} के {0} संदेश यहाँ नहीं हैं और माँगे गए हैं।",
  "You are called {0} now; before you were {1}.": "अब आपका नाम {0} है; पहले {1} था।",
  "{0} is now called {1}": "{0} का नाम अब {1} है",
  "{0}, on your screens only": "{0}, केवल आपकी स्क्रीन पर",
  "{0}, to others {1} until now, is called {2} by them from here on":
    "{0}, जो दूसरों के लिए अब तक {1} थे, यहाँ से उनके लिए {2} कहलाते हैं",
  "A message for you": "आपके लिए एक संदेश",
  "A new message": "एक नया संदेश",
  Help: "मदद",
  "Who has your newest message": "आपका सबसे नया संदेश किसे मिला",
  "Who has this message": "यह संदेश किसे मिला",
  "Who is here": "यहाँ कौन है",
  "Who is in {0}": "{0} में कौन है",
  "Behind a name:  {0} compared and the same   {1}abc123 not compared yet   {2}abc123 another key than before   {3}abc123 compared, and they differ   {4}abc123 an old key, replaced":
    "नाम के पीछे:  {0} मिलाया और एक जैसा   {1}abc123 अभी नहीं मिलाया   {2}abc123 पहले से अलग कुंजी   {3}abc123 मिलाया, और वे अलग हैं   {4}abc123 पुरानी कुंजी, बदली जा चुकी",
  "{0} old key of {1}, replaced: whoever holds it still reads here":
    "{0} {1} की पुरानी कुंजी, बदली जा चुकी: जिसके पास वह है, वह यहाँ अब भी पढ़ता है",
  'Behind "you":  {0} waits here   {1} at the relay   {2} delivered   {3} read   {4} failed':
    '"आप" के पीछे:  {0} यहाँ रुका है   {1} रिले पर   {2} पहुँचा   {3} पढ़ा   {4} विफल',
  "In a room:  {0} 12/29 5 read (or r5): 12 of 29 have it, 5 of them read it   {1} everybody has it":
    "कमरे में:  {0} 12/29 5 ने पढ़ा (या r5): 29 में से 12 के पास है, उनमें 5 ने पढ़ा   {1} सबके पास है",
  "  you": "  आप",
  "This relay was opened without a secret: anybody on the network can come into this room.":
    "यह रिले बिना गुप्त शब्दों के खोला गया: इस नेटवर्क का कोई भी इस कमरे में आ सकता है।",
  ", only listed": ", केवल सूची में",
  "secure-chat, line mode. You are {0}. /help lists the commands.":
    "secure-chat, पंक्तियों में। आप {0} हैं। /help कमांड बताता है।",
  "Not sent: no room is open. /go NAME opens one.": "नहीं भेजा: कोई कमरा खुला नहीं है। /go नाम खोलता है।",
  "Saved in {0}. The file is not encrypted.": "{0} में सहेजा। यह फ़ाइल एन्क्रिप्टेड नहीं है।",
  ", {0} new": ", नए: {0}",
  "{0}, you": "{0}, आप",
  "{0} {1} is on this relay": "{0} {1} इस रिले पर हैं",
  "{0} {1} is {2}": "{0} {1} {2} हैं",
  "{0} joined": "{0} शामिल हुए",
  "Who decides in #everyone": "#everyone में कौन तय करता है",
  "Not sent. {0}": "नहीं भेजा। {0}",
  "Sent to {0}.": "{0} को भेजा।",
  "The digits changed while you compared. Compare again.": "मिलाते समय अंक बदल गए। फिर से मिलाएँ।",
  "Something went wrong: {0}": "कुछ गड़बड़ हुई: {0}",
  "The key of {0} was replaced. /decide {1}": "{0} की कुंजी बदल दी गई। /decide {1}",
  "Keys of {0} DIFFER. Nothing more is sent to them.": "{0} की कुंजियाँ अलग हैं। उन्हें अब कुछ नहीं भेजा जाता।",
  o: "o",
  v: "v",
  "{0} (looks like {1})": "{0} ({1} जैसा दिखता है)",
  "new since you left": "आपके जाने के बाद का नया",
  "{0} {1}: /export has all": "{0} {1}: /export में सब है",
  "more row": "और पंक्ति",
  "more rows": "और पंक्तियाँ",
  "you ({0})": "आप ({0})",
  "[pasted {0} lines {1} {2}": "[{0} पंक्तियाँ चिपकाईं {1} {2}",
  "{0} {1} CUT: no message holds so much {2} Esc drops]":
    "{0} {1} काटा गया: एक संदेश में इतना नहीं आता {2} Esc हटाएँ]",
  "Nothing of that number was found.": "इस नंबर का कुछ नहीं मिला।",
  "What you wrote before": "जो आपने पहले लिखा",
  "  nothing written before": "  पहले कुछ नहीं लिखा",
  "  nothing of that name": "  इस नाम का कुछ नहीं",
  "/jump N shows the lines around one of them.": "/jump N उनमें से किसी के आसपास की पंक्तियाँ दिखाता है।",
  "That message is too far up to be shown, or has gone.": "वह संदेश दिखाने के लिए बहुत ऊपर है, या अब नहीं है।",
  "Search everywhere": "सब जगह खोजें",
  "Search in {0}": "{0} में खोजें",
  "Enter jump": "Enter वहाँ जाएँ",
  "{0} this room only": "{0} केवल यह कमरा",
  "{0} everywhere": "{0} सब जगह",
  "every word must be in the message": "संदेश में हर शब्द होना चाहिए",
  searching: "खोज जारी है",
  "{0} so far, {1} lines read": "अब तक {0}, {1} पंक्तियाँ पढ़ीं",
  "nothing found": "कुछ नहीं मिला",
  "the newest {0}; write more words to find less": "सबसे नए {0}; कम पाने के लिए और शब्द लिखें",
  "{0} in the newest {1} lines; what is older was not read": "सबसे नई {1} पंक्तियों में {0}; उससे पुराना नहीं पढ़ा गया",
  "{0}.": "{0}।",
  "{0} {1}.": "{0} {1}।",
  "{0}: {1}.": "{0}: {1}।",
}
