/** Hindi: messages of errors of the commands for whoever runs a relay. */
import type { Catalogue } from "../language.ts"

export const relayErrorsHi: Catalogue = {
  "these are no twelve words of an invitation": "ये निमंत्रण के बारह शब्द नहीं हैं",
  "this profile has joined no relay yet: secure-chat doctor --net INVITATION":
    "यह प्रोफ़ाइल अभी किसी रिले से नहीं जुड़ी है: secure-chat doctor --net INVITATION",
  "this relay is open: whoever is on the network may join": "यह रिले खुला है: नेटवर्क का कोई भी जुड़ सकता है",
  "there is no invitation {0}": "कोई निमंत्रण {0} नहीं है",
  "give the id that relay invitations shows, or the link": "वह id दें जो relay invitations दिखाता है, या लिंक",
  'there is no limit "{0}": relay limits show': '"{0}" नाम की कोई सीमा नहीं है: relay limits show',
  "the relay that runs is of another version: stop it, and start it again":
    "जो रिले चल रहा है उसका संस्करण दूसरा है: उसे रोकें और फिर शुरू करें",
  "there is no log in {0}": "{0} में कोई लॉग नहीं है",
  "{0} is no relay's folder: put its relay.key, invitation and settings.json there first":
    "{0} किसी रिले का फ़ोल्डर नहीं है: पहले उसकी relay.key, invitation और settings.json वहाँ रखें",
  "a relay runs in {0}: stop it first (relay stop)": "{0} में एक रिले चल रहा है: पहले उसे रोकें (relay stop)",
  '"{0}" is no address with a port, such as 127.0.0.1:9667': '"{0}" पोर्ट वाला पता नहीं है, जैसे 127.0.0.1:9667',
  "the relay does not answer": "रिले जवाब नहीं देता",
  "the relay has stopped": "रिले रुक गया है",
  "the relay knows nobody of that name or id": "रिले इस नाम या id के किसी को नहीं जानता",
  "more than one fits: give the id, as the list shows it": "एक से ज़्यादा मिलते हैं: id दें, जैसा सूची में है",
  "the relay's disk is full: nothing was changed": "रिले की डिस्क भर गई है: कुछ नहीं बदला गया",
  "the relay is stopping": "रिले रुक रहा है",
  "OPERATING.md lists every setting": "OPERATING.md में हर सेटिंग है",
  "secure-chat relay invitations shows those that are good":
    "secure-chat relay invitations मान्य निमंत्रण दिखाता है",
  "secure-chat relay clients, queue and bans show whom the relay knows":
    "secure-chat relay clients, queue और bans बताते हैं कि रिले किन्हें जानता है",
  "doctor needs --attack, --net or --term": "doctor को --attack, --net या --term चाहिए",
  "there is no file {0}": "{0} नाम की कोई फ़ाइल नहीं है",
  "the file is empty": "फ़ाइल खाली है",
  "the copy is damaged; nothing was changed": "प्रति ख़राब है; कुछ नहीं बदला गया",
  "{0} must be a whole number from {1} to {2}": "{0} में {1} से {2} तक की पूरी संख्या होनी चाहिए",
  "this socket is for watching only": "यह सॉकेट केवल देखने के लिए है",
  "this socket is for letting people in and out, not for this":
    "यह सॉकेट लोगों को अंदर आने देने और बाहर करने के लिए है, इसके लिए नहीं",
  "whoever runs the relay can do it, in the relay's folder": "जो रिले चलाता है, वह यह रिले के फ़ोल्डर में कर सकता है",
}
