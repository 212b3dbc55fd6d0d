/** Hindi: commands about the program itself, and what they answer. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const programHi: Catalogue = {
  "/lock": "/lock",
  "forget the keys; ask the passphrase again": "कुंजियाँ भुला दें; पासफ़्रेज़ फिर से माँगें",
  "/plain": "/plain",
  "go on in lines, without a screen": "बिना स्क्रीन के, पंक्तियों में आगे चलें",
  "Not locked: this profile has no passphrase, so whoever sits here could open it again at once. /quit ends the program; a passphrase is chosen when a profile is made.":
    "ताला नहीं लगा: इस प्रोफ़ाइल का कोई पासफ़्रेज़ नहीं है, इसलिए जो भी यहाँ बैठे वह इसे तुरंत फिर खोल सकता है। /quit प्रोग्राम बंद करता है; पासफ़्रेज़ प्रोफ़ाइल बनाते समय चुना जाता है।",
  "This is the line mode.": "आप पंक्तियों वाले रूप में ही हैं।",
  "Locked: the program has ended. Start it again to go on.":
    "ताला लग गया: प्रोग्राम बंद हो गया है। आगे चलने के लिए इसे फिर से चलाएँ।",
  "Locked. What came before stands in no memory of this program any more.":
    "ताला लग गया। पहले का कुछ भी अब इस प्रोग्राम की मेमोरी में नहीं है।",
  "That is not the passphrase.": "यह पासफ़्रेज़ सही नहीं है।",
  "to one person only": "केवल एक व्यक्ति को",
  "/all TEXT": "/all संदेश",
  "/me TEXT": "/me काम",
  "what you do: /me waves": "आप जो करते हैं: /me हाथ हिलाती है",
  "/m /w /q": "/m /w /q",
  "short for /msg, /who, /quit": "/msg, /who, /quit का छोटा रूप",
  "/j /join": "/j /join",
  "the same as /go": "/go जैसा ही",
  "/nick": "/nick",
  "the same as /rename": "/rename जैसा ही",
  "/kick /ban": "/kick /ban",
  "the same as /remove": "/remove जैसा ही",
  "/roles": "/roles",
  "the same as /moderators": "/moderators जैसा ही",
  "@NAME TEXT": "@नाम संदेश",
  "to one person only, like /msg": "केवल एक व्यक्ति को, /msg की तरह",
  "#everyone TEXT": "#everyone संदेश",
  "to everybody, wherever you are": "सबको, आप कहीं भी हों",
  "//text @@text": "//पाठ @@पाठ",
  "a message that starts with / or @": "/ या @ से शुरू होने वाला संदेश",
  "/mute [ROOM]": "/mute [कमरा]",
  "nothing of a room notifies you": "किसी कमरे की सूचना न मिले",
  "/unmute [ROOM]": "/unmute [कमरा]",
  "it does again": "सूचना फिर मिले",
  "Which room? Write #everyone, or a name, behind the command.":
    "कौन सा कमरा? कमांड के बाद #everyone या कोई नाम लिखें।",
  "{0} is quiet: nothing there notifies you, a mention neither. /unmute ends that.":
    "{0} शांत है: वहाँ की कोई सूचना नहीं आएगी, आपका नाम आने पर भी नहीं। /unmute इसे ख़त्म करता है।",
  "{0} is as all rooms are: quiet. /set notify all changes that.":
    "{0} बाकी सब कमरों जैसा है: शांत। /set notify all इसे बदलता है।",
  "{0} notifies you again: {1}.": "{0} की सूचना फिर मिलेगी: {1}।",
  "To everybody in #everyone.": "#everyone में सबको।",
  "There is no room {0}: this is not sent.": "{0} नाम का कोई कमरा नहीं है: यह नहीं भेजा जाएगा।",
  "Nobody here is called {0}: this is not sent. @@ starts a message with an @.":
    "यहाँ {0} नाम का कोई नहीं है: यह नहीं भेजा जाएगा। जो संदेश @ से शुरू हो, उसे @@ से शुरू करें।",
  "Several people look like {0}: this is not sent without the tag behind the name.":
    "{0} जैसे दिखने वाले नाम कई हैं: नाम के पीछे की पहचान के बिना यह नहीं भेजा जाएगा।",
  ", not to {0}": ", {0} को नहीं",
  "To {0} alone{1}.": "केवल {0} को{1}।",
  "Not sent: there is a space before the name. @@ starts a message with an @.":
    "नहीं भेजा: नाम से पहले खाली जगह है। जो संदेश @ से शुरू हो, उसे @@ से शुरू करें।",
  "Not sent, not done: more than one name could be meant. Put the one you mean in quotes: {0}.":
    "न भेजा, न किया: एक से ज़्यादा नाम हो सकते हैं। जो आपका मतलब है उसे उद्धरण चिह्नों में लिखें: {0}।",
  "Not done: an invitation is taken at the start. /quit, then: secure-chat join INVITATION":
    "नहीं किया: निमंत्रण शुरू में लिया जाता है। /quit, फिर: secure-chat join INVITATION",
  "/all TEXT says it to everybody in #everyone.": "/all संदेश उसे #everyone में सबको कहता है।",
  "No assistant is here; /all TEXT asks the people in #everyone.":
    "यहाँ कोई सहायक नहीं है; /all संदेश #everyone के लोगों से पूछता है।",
  "Files are not sent. secure-chat send NAME - sends a text file as a message.":
    "फ़ाइलें नहीं भेजी जातीं। secure-chat send NAME - पाठ फ़ाइल को संदेश की तरह भेजता है।",
  "/receipts says who has a message, and who has read it.": "/receipts बताता है कि संदेश किसे मिला और किसने पढ़ा।",
  "/export saves a room as a text file.": "/export कमरे को पाठ फ़ाइल में सहेजता है।",
  "Ctrl+R finds what you wrote before.": "Ctrl+R वह ढूँढता है जो आपने पहले लिखा।",
  "/delete takes a message back.": "/delete संदेश वापस लेता है।",
  "/receipts says who has read what you wrote.": "/receipts बताता है कि आपका लिखा किसने पढ़ा।",
  "Nothing is deleted here by itself; how long the relay keeps entries is its operator's to say.":
    "यहाँ अपने आप कुछ नहीं मिटता; रिले कितने समय रखे, यह रिले चलाने वाले तय करते हैं।",
  "/mute makes #everyone quiet; a moderator can /remove you.":
    "/mute #everyone को शांत करता है; संचालक आपको /remove से हटा सकते हैं।",
  "/react puts a :word: to a message, and everybody sees how many did.":
    "/react संदेश पर :word: लगाता है, और सब देखते हैं कि कितनों ने लगाया।",
  "/export saves a room as a text file, which any program prints.":
    "/export कमरे को पाठ फ़ाइल में सहेजता है, जिसे कोई भी प्रोग्राम छाप सकता है।",
  "/who says who is in this room, and who is online.": "/who बताता है कि इस कमरे में कौन है और कौन ऑनलाइन है।",
  "There is #everyone, and a chat with each person: /go NAME opens one.":
    "#everyone है, और हर व्यक्ति के साथ एक बातचीत: /go नाम उसे खोलता है।",
  "/search finds a message again, /export saves a room.": "/search संदेश फिर ढूँढता है, /export कमरे को सहेजता है।",
  "The room is called #everyone, and has no topic.": "कमरे का नाम #everyone है, और उसका कोई विषय नहीं है।",
  "/quit ends the program; then delete the folder of the profile.":
    "/quit प्रोग्राम बंद करता है; फिर प्रोफ़ाइल का फ़ोल्डर मिटा दें।",
  "Not sent: there is no /{0} yet. {1}": "नहीं भेजा: /{0} अभी नहीं है। {1}",
  Keys: "कुंजीपटल",
  "/mentions": "/mentions",
  "lines that name you, everywhere": "वे पंक्तियाँ जिनमें आपका नाम है, हर जगह",
  "/whois [NAME]": "/whois [नाम]",
  "all that is known of a person": "किसी व्यक्ति के बारे में जो भी पता है",
  "/qr [NAME]": "/qr [नाम]",
  "your code, for their screen to read": "आपका कोड, उनकी स्क्रीन के पढ़ने के लिए",
  "What is in order, and what is not": "क्या ठीक है और क्या नहीं",
  "ok    ": "ठीक    ",
  "LOOK  ": "देखें  ",
  "More, outside of the chat: secure-chat doctor --net, --term, --attack.":
    "बातचीत के बाहर और भी: secure-chat doctor --net, --term, --attack।",
  "{0}, its key is the pinned one": "{0}, उसकी कुंजी वही है जो तय है",
  "The relay: {0}.": "रिले: {0}।",
  "Nothing waits to be sent.": "भेजने को कुछ बाकी नहीं है।",
  "{0} here until the relay is reached.": "{0}, जब तक रिले से संपर्क न हो।",
  "{0} /directory says more.": "{0} /directory और बताता है।",
  "The list of people has not been read yet.": "लोगों की सूची अभी पढ़ी नहीं गई है।",
  "The list of people fits what the relay has signed, at {0}.":
    "लोगों की सूची रिले के हस्ताक्षर से मेल खाती है, {0} बजे।",
  "{0}, and nothing is wrong in any.": "{0}, और किसी में कुछ ग़लत नहीं है।",
  room: "कमरा",
  rooms: "कमरे",
  "{0} replaced, and you have not decided: /trust says whose.":
    "{0} बदली गई, और आपने अभी तय नहीं किया: /trust बताता है किसकी।",
  "key was": "कुंजी",
  "keys were": "कुंजियाँ",
  "You have verified {0} of {1}; /verify does the rest.":
    "आपने {1} में से {0} को सत्यापित किया है; बाकी के लिए /verify।",
  "A passphrase protects this profile; /lock asks for it.":
    "पासफ़्रेज़ इस प्रोफ़ाइल की रक्षा करता है; /lock उसे माँगता है।",
  "No passphrase: whoever can read your files can read your messages.":
    "कोई पासफ़्रेज़ नहीं: जो आपकी फ़ाइलें पढ़ सकता है, वह आपके संदेश पढ़ सकता है।",
  "Nothing notifies you until {0}; /dnd off ends that.": "{0} तक कोई सूचना नहीं आएगी; /dnd off इसे ख़त्म करता है।",
  "Some rooms are quiet because you said so: /set notify, /unmute.":
    "कुछ कमरे शांत हैं क्योंकि आपने ऐसा कहा: /set notify, /unmute।",
  "Notifications are on.": "सूचनाएँ चालू हैं।",
  "The line mode has no keys but Enter. secure-chat config keys prints those of the screen.":
    "पंक्तियों में Enter के सिवा कोई कुंजी नहीं है। secure-chat config keys स्क्रीन वाली कुंजियाँ दिखाता है।",
  "/keys-help": "/keys-help",
  "the keys as they are in force": "कुंजीपटल की कुंजियाँ, जैसी अभी हैं",
  "/doctor": "/doctor",
  "what is in order here, and what is not": "यहाँ क्या ठीक है और क्या नहीं",
  "/log": "/log",
  "what was noticed since the start": "शुरू से अब तक क्या हुआ",
  "What was noticed since the start": "शुरू से अब तक क्या हुआ",
  "Nothing so far.": "अब तक कुछ नहीं।",
  "connected to {0}": "{0} से जुड़ा",
  "The relay began its list of people anew.": "रिले ने लोगों की सूची नए सिरे से शुरू की।",
  "{0} is on this relay": "{0} इस रिले पर हैं",
  "{0}: A message did not arrive.": "{0}: एक संदेश नहीं पहुँचा।",
  "Who you are here": "यहाँ आप कौन हैं",
  "Who {0} is": "{0} कौन हैं",
  "The tag behind your name on other screens: ?{0}": "दूसरी स्क्रीनों पर आपके नाम के पीछे की पहचान: ?{0}",
  "Another name here looks the same: commands ask for the tag behind it.":
    "यहाँ एक और नाम ऐसा ही दिखता है: कमांड उसके पीछे की पहचान माँगते हैं।",
  "Called {0} before.": "पहले का नाम {0}।",
  "not in #everyone": "#everyone में नहीं",
  "here in #everyone": "#everyone में यहाँ",
  "only listed in #everyone": "#everyone में केवल सूची में",
  ", a moderator": ", संचालक",
  "Known here since {0}.": "यहाँ {0} से परिचित।",
  "Nothing is sent before you decide: /decide {0}": "आपके तय करने से पहले कुछ नहीं भेजा जाता: /decide {0}",
  "{0} messages were not kept.": "{0} संदेश नहीं रखे गए।",
  "The key, of one computer:": "एक कंप्यूटर की कुंजी:",
  "Keys before it: {0}. /keys {1} lists them.": "इससे पहले की कुंजियाँ: {0}। /keys {1} उन्हें दिखाता है।",
  "/verify {0} compares them, or seven words, or a code.": "/verify {0} उन्हें मिलाता है, या सात शब्द, या कोड।",
  "others see that you have read their messages": "दूसरे देखते हैं कि आपने उनके संदेश पढ़ लिए",
  "Others see what you read from now on, and with it that you have read all before.":
    "अब से दूसरे देखेंगे कि आपने क्या पढ़ा, और साथ में यह भी कि पहले का सब पढ़ लिया।",
  "Others see that their messages have reached you, and no more that you read them.":
    "दूसरे देखेंगे कि उनके संदेश आप तक पहुँचे, पर अब यह नहीं कि आपने पढ़े।",
  "What goes at a time": "जो तय समय पर जाएगा",
  "/scheduled [N]": "/scheduled [N]",
  "what goes at a time; N: take it back": "जो तय समय पर जाएगा; N: उसे वापस लें",
  "/later 14:30 TEXT": "/later 14:30 संदेश",
  "send it then, into this room; also 45m, 2h, 1d": "तब इस कमरे में भेजें; 45m, 2h, 1d भी",
  "Not planned: write the message behind the time.": "तय नहीं हुआ: समय के बाद संदेश लिखें।",
  "Not planned: what goes at a time goes into the open room, to all in it, and is no command. @@ and // start a message with an @ or a slash.":
    "तय नहीं हुआ: समय पर जाने वाला संदेश खुले कमरे में, उसके सब लोगों को जाता है, और कोई आदेश नहीं होता। @ या स्लैश से शुरू होने वाला संदेश @@ या // से लिखें।",
  "Not planned: {0} is no time within 30 days. Write 14:30, or 45m, 2h, 1d.":
    "तय नहीं हुआ: {0} 30 दिनों के भीतर का समय नहीं है। 14:30 लिखें, या 45m, 2h, 1d।",
  "Not planned: no room is open.": "तय नहीं हुआ: कोई कमरा खुला नहीं है।",
  "Not planned. {0}": "तय नहीं हुआ। {0}",
  "Goes to {0} at {1}, {2}, if the program runs then. /scheduled {3} takes it back.":
    "{0} को {1} बजे, {2}, जाएगा, अगर तब प्रोग्राम चल रहा हो। /scheduled {3} उसे वापस लेता है।",
  "Taken back, and not sent: {0}": "वापस लिया गया, भेजा नहीं गया: {0}",
  "Nothing waits for its time. /later 14:30 TEXT plans a message.":
    "तय समय के लिए कुछ नहीं रुका है। /later 14:30 संदेश एक संदेश तय करता है।",
  "{0}. They go only while the program runs. /scheduled N takes one back.":
    "{0}। ये तभी जाते हैं जब प्रोग्राम चल रहा हो। /scheduled N एक वापस लेता है।",
  " NOT SENT, the program did not run:": " नहीं भेजा गया, प्रोग्राम नहीं चल रहा था:",
  " NOT SENT, it could not be:": " नहीं भेजा गया, भेजा नहीं जा सका:",
  "a room that is not here": "एक कमरा जो यहाँ नहीं है",
}
