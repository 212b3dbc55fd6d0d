/** Hindi: what commands say on the command line. The words for each thing: `hi.ts`. */
import type { Catalogue } from "../language.ts"

export const cliHi: Catalogue = {
  "Give it to {0} in person: whoever has these words gets this name.":
    "इसे {0} को सामने मिलकर दें: जिसके पास ये शब्द हैं उसे यह नाम मिलता है।",
  'They run: secure-chat join INVITATION --name "{0}" --replace':
    'वे चलाएँ: secure-chat join INVITATION --name "{0}" --replace',
  "Everybody will see that the key changed, and is asked to compare it.":
    "सबको दिखेगा कि कुंजी बदल गई, और सबसे उसे मिलाने को कहा जाएगा।",
  "Start secure-chat again: it takes the old device's place and joins its rooms again.":
    "secure-chat फिर शुरू करें: यह पुराने डिवाइस की जगह लेता है और उसके कमरों में फिर शामिल होता है।",
  "There was no alarm.": "कोई चेतावनी नहीं थी।",
  "There is no alarm to accept.": "मानने के लिए कोई चेतावनी नहीं है।",
  "The old one has signed it: whoever had verified you has verified you still.":
    "पुरानी कुंजी ने इस पर हस्ताक्षर किए हैं: जिन्होंने आपको सत्यापित किया था, उनके लिए आप अब भी सत्यापित हैं।",
  "Backups from before know only the old key. Make a new one.":
    "पहले के बैकअप केवल पुरानी कुंजी जानते हैं। नया बैकअप बनाएँ।",
  "{0} at {1} is a relay that shows itself on this network.": "{1} पर {0}: इस नेटवर्क पर दिखने वाला रिले।",
  "Paste your invitation, or type its address and 12 words,":
    "अपना निमंत्रण चिपकाएँ, या उसका पता और 12 शब्द टाइप करें,",
  "or write host to run a relay on this computer:": "या इस कंप्यूटर पर रिले चलाने के लिए host लिखें:",
  "Your relay runs. The invitation for the others:": "आपका रिले चल रहा है। दूसरों के लिए निमंत्रण:",
  "Your name, as others will see it:": "आपका नाम, जैसा दूसरों को दिखेगा:",
  "Written to {0}. It is not encrypted: whoever has the file can read it.":
    "{0} में लिखा गया। यह एन्क्रिप्टेड नहीं है: जिसके पास फ़ाइल है वह इसे पढ़ सकता है।",
  "The relay does not have this message yet, so nobody has it.":
    "यह संदेश अभी रिले के पास नहीं है, इसलिए किसी को नहीं मिला।",
  "{0} is running at {1}. Ctrl+C stops it.": "{0} {1} पर चल रहा है। Ctrl+C से रुकता है।",
  "Invitation, to copy:": "निमंत्रण, कॉपी करने के लिए:",
  "The same, to read aloud or from the wall:": "वही, बोलकर बताने या दीवार पर लगाने के लिए:",
  "Everybody on this network may join, and read #everyone from then on.":
    "इस नेटवर्क का कोई भी जुड़ सकता है, और तब से #everyone पढ़ सकता है।",
  "{0} is back": "{0} वापस हैं",
  "The relay was not reached: this device takes the lost one's place when it is, at the next start.":
    "रिले नहीं मिला: अगली बार शुरू करने पर रिले मिलते ही यह डिवाइस खोए हुए की जगह लेगा।",
  "Messages since the backup may be missing. Make a new backup from time to time.":
    "बैकअप के बाद के संदेश छूटे हो सकते हैं। समय-समय पर नया बैकअप बनाएँ।",
  "Do it? Type yes: ": "करें? yes (हाँ) टाइप करें: ",
  "Whoever has this can join the relay and the room, visibly:":
    "जिसके पास यह है वह रिले और कमरे में शामिल हो सकता है, और सबको दिखेगा:",
  "r reads what can still be read, s makes a new profile of it, q leaves it as it is:":
    "r: जो पढ़ा जा सकता है उसे पढ़ें, s: उससे नई प्रोफ़ाइल बनाएँ, q: जैसा है वैसा छोड़ें:",
  "nothing is damaged here, and nothing was changed": "यहाँ कुछ ख़राब नहीं है, और कुछ नहीं बदला गया",
  "At the next start this is a new device: it takes the old one's place and joins its rooms again.":
    "अगली बार शुरू करने पर यह नया डिवाइस होगा: यह पुराने की जगह लेता है और उसके कमरों में फिर शामिल होता है।",
  "This profile's database is damaged. Nothing was deleted, and nothing is sent from it any more.":
    "इस प्रोफ़ाइल का डेटाबेस ख़राब है। कुछ मिटाया नहीं गया, और इससे अब कुछ नहीं भेजा जाता।",
  "everything that is carried over could be read": "जो कुछ आगे ले जाया गया वह सब पढ़ा जा सका",
  "1 place could not be read": "1 जगह पढ़ी नहीं जा सकी",
  "{0} places could not be read": "{0} जगहें पढ़ी नहीं जा सकीं",
  "salvaged {0} records; {1}; the damaged database is kept as {2}":
    "{0} प्रविष्टियाँ बचाई गईं; {1}; ख़राब डेटाबेस {2} नाम से रखा है",
  "The code needs half blocks and a window of 47 by 25 cells; this is its text:":
    "कोड के लिए आधे खाने और 47 × 25 खानों की विंडो चाहिए; यह उसका पाठ है:",
  "That came too late.": "इसमें देर हो गई।",
  "Now it takes: {0}.": "अब ये लिख सकते हैं: {0}।",
  "Your relay did not start: {0}": "आपका रिले शुरू नहीं हुआ: {0}",
  "Your relay has stopped. The next start of the chat here starts it again.":
    "आपका रिले रुक गया है। यहाँ बातचीत अगली बार शुरू होने पर वह फिर शुरू होगा।",
  "Your relay goes on running on this computer. To end it: {0}":
    "आपका रिले इस कंप्यूटर पर चलता रहता है। उसे बंद करने के लिए: {0}",
  "secure-chat --help lists the commands": "secure-chat --help कमांड बताता है",
  "something that is no error was thrown": "ऐसा कुछ फेंका गया जो त्रुटि नहीं है",
  "secure-chat: this is a fault of the program, not of yours ({0})":
    "secure-chat: यह प्रोग्राम की ग़लती है, आपकी नहीं ({0})",
  "Nothing that was saved is lost. SECURE_CHAT_DEBUG=1 shows where it happened.":
    "जो सहेजा गया था वह सुरक्षित है। SECURE_CHAT_DEBUG=1 बताता है कि यह कहाँ हुआ।",
  "this command needs another word": "इस कमांड को एक और शब्द चाहिए",
  "there is no such command, or it has too many arguments": "ऐसी कोई कमांड नहीं है, या उसमें ज़रूरत से ज़्यादा शब्द हैं",
  "Passphrase: ": "पासफ़्रेज़: ",
  "Choose a passphrase for this profile, or press Enter for none: ":
    "इस प्रोफ़ाइल के लिए पासफ़्रेज़ चुनें, या बिना पासफ़्रेज़ के लिए Enter दबाएँ: ",
  "The same again: ": "वही फिर से: ",
  "The two were different.": "दोनों अलग थे।",
  "No passphrase: the key to this profile lies in {0}.": "पासफ़्रेज़ नहीं है: इस प्रोफ़ाइल की कुंजी {0} में है।",
  "Whoever can read that file, or has this disk, can read the messages.":
    "जो वह फ़ाइल पढ़ सकता है, या जिसके पास यह डिस्क है, वह संदेश पढ़ सकता है।",
  "The disk is full, so nothing new was fetched: this is what is stored here.":
    "डिस्क भर गई है, इसलिए नया कुछ नहीं लाया गया: जो यहाँ रखा है वह यह है।",
  "No relay answers: this is what is stored here.": "कोई रिले जवाब नहीं देता: जो यहाँ रखा है वह यह है।",
  "No relay answers at {0}: this is what is stored here.":
    "{0} पर कोई रिले जवाब नहीं देता: जो यहाँ रखा है वह यह है।",
  "Write down these twelve words. Nobody can open the backup without them, and they are not shown again:":
    "ये बारह शब्द लिख लें। इनके बिना बैकअप कोई नहीं खोल सकता, और ये फिर नहीं दिखाए जाते:",
  "Press Enter when they are on paper. ": "काग़ज़ पर लिख लेने के बाद Enter दबाएँ। ",
  "The twelve words of this backup: ": "इस बैकअप के बारह शब्द: ",
  "{0} Once more:": "{0} एक बार फिर:",
  "the relay": "रिले",
  "{0} joined {1}": "{0} {1} से जुड़े",
  "You are called {0} now. {1} stays yours: nobody else gets it.":
    "अब आपका नाम {0} है। {1} भी आपका ही रहता है: वह किसी और को नहीं मिलता।",
  "{0} has a new key: {1}": "{0} की नई कुंजी: {1}",
  "{0} is closed. What is stored here can still be read.": "{0} का खाता बंद है। जो यहाँ रखा है वह पढ़ा जा सकता है।",
  "From now on the relay's list of people is read anew. What you know of people's keys stays as it is.":
    "अब से रिले की लोगों की सूची नए सिरे से पढ़ी जाती है। लोगों की कुंजियों के बारे में आप जो जानते हैं वह वैसा ही रहता है।",
  "removed; the link was replaced, and secure-chat link show prints the new one":
    "हटाया गया; लिंक बदल दिया गया, और secure-chat link show नया दिखाता है",
  "the link was replaced (for the {0}{1} time); secure-chat link show prints it":
    "लिंक बदल दिया गया ({0}{1} बार); secure-chat link show उसे दिखाता है",
  "may come in again, by a new invitation: secure-chat link show prints one":
    "नए निमंत्रण से फिर आ सकते हैं: secure-chat link show दिखाता है",
  "is a moderator now": "अब संचालक हैं",
  "is no moderator any more": "अब संचालक नहीं हैं",
  th: "वीं",
  st: "ली",
  nd: "री",
  rd: "री",
}
