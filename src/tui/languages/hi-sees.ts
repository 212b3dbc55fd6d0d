/** Hindi: what the relay holds. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const seesHi: Catalogue = {
  "the name of that number": "उस संख्या का नाम",
  "a random number that says which store this is": "एक यादृच्छिक संख्या जो बताती है कि यह कौन-सा भंडार है",
  "the address that you connect from": "वह पता जिससे आप जुड़ते हैं",
  "when it last heard from you; while you are connected it tells everybody that you are online":
    "उसने आपसे आख़िरी बार कब सुना; जब तक आप जुड़े हैं, वह सबको बताता है कि आप ऑनलाइन हैं",
  "which rooms and chats you have open on this connection, each as a random-looking number: this is how it knows who talks with whom":
    "इस कनेक्शन पर आपके कौन-से कमरे और बातचीत खुले हैं, हर एक यादृच्छिक दिखने वाली संख्या के रूप में: इसी से वह जानता है कि कौन किससे बात करता है",
  "how much you added in the last 24 hours": "पिछले 24 घंटों में आपने कितना जोड़ा",
  "large things that you have begun to send": "बड़ी चीज़ें जिन्हें आपने भेजना शुरू किया है",
  "how often you changed your entry in the last hour": "पिछले एक घंटे में आपने अपनी प्रविष्टि कितनी बार बदली",
  "for how many devices you fetched keys in the last hour, to open a chat with them":
    "पिछले एक घंटे में आपने बातचीत खोलने के लिए कितने डिवाइसों की कुंजियाँ लीं",
  "in how many inboxes you left a letter in the last hour": "पिछले एक घंटे में आपने कितने इनबॉक्स में पत्र छोड़ा",
  "how many changes of keys you made, or were the first to follow, until somebody else has followed them":
    "कुंजियों के कितने बदलाव आपने किए या सबसे पहले अपनाए, जब तक किसी और ने उन्हें न अपनाया हो",
  "in how many rooms and chats you read on in the last hour without the newest keys":
    "पिछले एक घंटे में कितने कमरों और चैट में आप सबसे नई कुंजियों के बिना पढ़ते रहे",
  "how often you came, went, or were cut off, and from which address, of the last few hundred times that anybody did":
    "आप कितनी बार आए, गए या हटाए गए, और किस पते से: सबके पिछले कुछ सौ मौक़ों में से",
  "how many pages of this list you asked for in the last hour": "पिछले एक घंटे में आपने इस सूची के कितने पन्ने माँगे",
  "its place in the list": "सूची में उसकी जगह",
  "your name, your public keys and your devices, signed by you":
    "आपका नाम, आपकी सार्वजनिक कुंजियाँ और आपके डिवाइस, आपके हस्ताक्षर सहित",
  "the order they came in": "वे किस क्रम में आए",
  "that they are yours and this device's": "कि वे आपके और इस डिवाइस के हैं",
  "which of them is for when the others are used up": "उनमें से कौन-सा बाकियों के ख़त्म हो जाने पर काम आता है",
  "the keys themselves, all of them public": "खुद कुंजियाँ, सब सार्वजनिक",
  "that it is this device's": "कि वह इस डिवाइस का है",
  "a counter that only this device can open": "एक गिनती जिसे केवल यह डिवाइस खोल सकता है",
  "a short number of its own": "उसकी अपनी छोटी संख्या",
  "its long number, which says nothing about who or what":
    "उसकी लंबी संख्या, जो नहीं बताती कि किसकी या किस बारे में है",
  "the number of the oldest that is kept": "रखी हुई सबसे पुरानी प्रविष्टि की संख्या",
  "a checksum of everything before that": "उससे पहले की सब चीज़ों का चेकसम",
  "the number of the newest": "सबसे नई प्रविष्टि की संख्या",
  "a checksum of everything": "सब चीज़ों का चेकसम",
  "how often the keys were changed": "कुंजियाँ कितनी बार बदली गईं",
  "the newest change of keys that two people have shown to know":
    "कुंजियों का सबसे नया बदलाव, जिसे दो लोगों ने जानना दिखाया है",
  "the size of all of it": "उस सबका आकार",
  "which chat it is in": "वह किस बातचीत में है",
  "its number": "उसकी संख्या",
  "when it came": "वह कब आया",
  "after how many changes of keys": "कुंजियों के कितने बदलावों के बाद",
  "its size": "उसका आकार",
  "which large piece belongs to it": "कौन-सा बड़ा टुकड़ा उसका है",
  "its checksum": "उसका चेकसम",
  "a checksum of everything before it": "उससे पहले की सब चीज़ों का चेकसम",
  "a checksum against a failing disk": "ख़राब होती डिस्क से बचने का चेकसम",
  "the sealed bytes, which the relay cannot open": "मुहरबंद बाइट, जिन्हें रिले नहीं खोल सकता",
  "which chat they are for": "वे किस बातचीत के लिए हैं",
  "for which change of keys": "कुंजियों के किस बदलाव के लिए",
  "the checksums themselves": "खुद चेकसम",
  "its long number": "उसकी लंबी संख्या",
  "which room it is for": "वह किस कमरे के लिए है",
  "at which change of keys it was made": "वह कुंजियों के किस बदलाव पर बना",
  "which large piece holds it": "कौन-से बड़े टुकड़े में वह है",
  "the sealed bytes": "मुहरबंद बाइट",
  "how many messages need it": "कितने संदेशों को वह चाहिए",
  "when it was last needed or looked for": "वह आख़िरी बार कब चाहिए था या खोजा गया",
  "which it belongs to": "वह किसका है",
  "where in it": "उसमें कहाँ",
  "thing about itself": "अपने बारे में चीज़",
  "things about itself": "अपने बारे में चीज़ें",
  "entry in the list that everybody can read": "सूची की प्रविष्टि, जिसे सब पढ़ सकते हैं",
  "entries in the list that everybody can read": "सूची की प्रविष्टियाँ, जिन्हें सब पढ़ सकते हैं",
  "set of keys with which others can begin a chat while you are away":
    "कुंजियों का समूह, जिससे दूसरे आपकी अनुपस्थिति में बातचीत शुरू कर सकते हैं",
  "sets of keys with which others can begin a chat while you are away":
    "कुंजियों के समूह, जिनसे दूसरे आपकी अनुपस्थिति में बातचीत शुरू कर सकते हैं",
  "sealed counter": "मुहरबंद गिनती",
  "sealed counters": "मुहरबंद गिनतियाँ",
  "log of sealed messages": "मुहरबंद संदेशों का लॉग",
  "logs of sealed messages": "मुहरबंद संदेशों के लॉग",
  "sealed message or change of keys": "मुहरबंद संदेश या कुंजियों का बदलाव",
  "sealed messages and changes of keys": "मुहरबंद संदेश और कुंजियों के बदलाव",
  "checksum of a secret that members can show": "एक रहस्य का चेकसम, जो सदस्य दिखा सकते हैं",
  "checksums of secrets that members can show": "रहस्यों के चेकसम, जो सदस्य दिखा सकते हैं",
  "sealed header, which lets somebody with the invitation come in":
    "मुहरबंद शीर्ष, जो निमंत्रण वाले को अंदर आने देता है",
  "sealed headers, which let somebody with an invitation come in":
    "मुहरबंद शीर्ष, जो निमंत्रण वालों को अंदर आने देते हैं",
  "large sealed piece": "बड़ा मुहरबंद टुकड़ा",
  "large sealed pieces": "बड़े मुहरबंद टुकड़े",
  "part of a large sealed piece": "बड़े मुहरबंद टुकड़े का हिस्सा",
  "parts of large sealed pieces": "बड़े मुहरबंद टुकड़ों के हिस्से",
  "What the relay holds about you now": "रिले के पास अभी आपके बारे में क्या है",
  "The relay took this from its own store and said it itself. An honest relay tells everything. A lying one can keep more than it says, copies and notes of who talked when, and no program can prove that it does not. What it can never do is open what is sealed.":
    "यह रिले ने अपने ही भंडार से लिया और खुद बताया। ईमानदार रिले सब कुछ बताता है। झूठा रिले बताए से ज़्यादा रख सकता है, प्रतियाँ और यह कि कब किसने बात की, और कोई प्रोग्राम यह साबित नहीं कर सकता कि वह ऐसा नहीं करता। जो वह कभी नहीं कर सकता: मुहरबंद चीज़ को खोलना।",
  "Everything that your program can predict is as it must be.":
    "जो कुछ आपका प्रोग्राम पहले से जान सकता है वह वैसा ही है जैसा होना चाहिए।",
  "On its disk, about itself": "उसकी डिस्क पर, अपने बारे में",
  "In its memory only, gone when it stops": "केवल उसकी मेमोरी में, बंद होते ही ख़त्म",
  "On its disk: you in the directory": "उसकी डिस्क पर: सूची में आप",
  "On its disk: this device": "उसकी डिस्क पर: यह डिवाइस",
  "On its disk: another device of yours": "उसकी डिस्क पर: आपका दूसरा डिवाइस",
  "On its disk: your inbox": "उसकी डिस्क पर: आपका इनबॉक्स",
  "On its disk: the inbox of another device of yours": "उसकी डिस्क पर: आपके दूसरे डिवाइस का इनबॉक्स",
  "On its disk: a chat that your program does not know": "उसकी डिस्क पर: एक बातचीत जिसे आपका प्रोग्राम नहीं जानता",
  "On its disk: {0}": "उसकी डिस्क पर: {0}",
  "your chat with {0}": "{0} के साथ आपकी बातचीत",
  "Something that this version does not know": "कुछ ऐसा जिसे यह संस्करण नहीं जानता",
  nothing: "कुछ नहीं",
  "{0}: {1}, {2} in all": "{0}: {1}, कुल {2}",
  time: "बार",
  times: "बार",
  "{0} ({1} to {2})": "{0} ({1} से {2})",
  "DIFFERS: {0}: your program reads it, and the relay says nothing about it.":
    "अंतर: {0}: आपका प्रोग्राम इसे पढ़ता है, और रिले इसके बारे में कुछ नहीं कहता।",
  "DIFFERS: the relay says that you have a chat open which your program does not know.":
    "अंतर: रिले कहता है कि आपकी एक बातचीत खुली है जिसे आपका प्रोग्राम नहीं जानता।",
  'DIFFERS: {0}: the relay holds "{1}", which this version has no words for.':
    'अंतर: {0}: रिले के पास "{1}" है, जिसके लिए इस संस्करण में शब्द नहीं हैं।',
  "DIFFERS: {0}: the relay holds {1} messages and has given you {2}: it keeps something back.":
    "अंतर: {0}: रिले के पास {1} संदेश हैं और उसने आपको {2} दिए हैं: वह कुछ छिपा रहा है।",
  "DIFFERS: {0}: you have read {1} messages, and the relay holds {2}: it has lost some.":
    "अंतर: {0}: आपने {1} संदेश पढ़े हैं, और रिले के पास {2} हैं: उसने कुछ खो दिए हैं।",
  "between {0} and {1}": "{0} और {1} के बीच",
  "DIFFERS: {0}: {1}: the relay says {2}, your program expects {3}.":
    "अंतर: {0}: {1}: रिले {2} बताता है, आपके प्रोग्राम के हिसाब से {3} होना चाहिए।",
  "an unknown chat": "एक अनजान बातचीत",
  "your inbox": "आपका इनबॉक्स",
  "you in the directory": "सूची में आप",
  "this device": "यह डिवाइस",
  byte: "बाइट",
  bytes: "बाइट",
  kB: "kB",
  MB: "MB",
  "decision of the operator about you": "आपके बारे में रिले चलाने वाले का फ़ैसला",
  "decisions of the operator about you": "आपके बारे में रिले चलाने वाले के फ़ैसले",
  "since when, and while you waited your name": "कब से, और जब तक आप रुके थे, आपका नाम",
  "the account that it is about": "वह किस खाते के बारे में है",
  "what the operator decided about you: waiting, let in, or banned":
    "आपके बारे में क्या तय हुआ: रुके हैं, आने दिया, या रोक",
}
