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
}
