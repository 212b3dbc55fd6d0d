/**
 * Hindi: all sentences of the interface, in files by topic.
 *
 * One word for each thing, as a teacher would say it; whoever reads is addressed as आप, people get plural forms, which
 * fit all. Key names, commands and the words that are typed as answers stay as they are.
 *
 *     room कमरा          chat बातचीत        message संदेश       relay रिले
 *     invitation निमंत्रण   link लिंक           name नाम           alias उपनाम
 *     key कुंजी           verify सत्यापित करना  compare मिलाना       mark निशान
 *     safety number सुरक्षा अंक   60 digits 60 अंक   seven words सात शब्द   code कोड
 *     moderator संचालक    operator रिले चलाने वाले   device डिवाइस   profile प्रोफ़ाइल
 *     round दौर           lead अगुवाई करना      list of people लोगों की सूची
 *     STOPPED रोका गया     DIFFERS अंतर         sealed मुहरबंद       passphrase पासफ़्रेज़
 *
 * A name stands before ने, को, से, का, so what stands for a person without a name does too: "somebody" is सामने वाले.
 */
import type { Catalogue } from "../language.ts"
import { chatHi } from "./hi-chat.ts"
import { cliHi } from "./hi-cli.ts"
import { commandsHi } from "./hi-commands.ts"
import { directoryHi } from "./hi-directory.ts"
import { startHi } from "./hi-start.ts"
import { ownHi } from "./hi-own.ts"
import { programHi } from "./hi-program.ts"
import { keysHi } from "./hi-keys.ts"
import { plainHi } from "./hi-plain.ts"
import { placesHi } from "./hi-places.ts"
import { relayHi } from "./hi-relay.ts"
import { remarksHi } from "./hi-remarks.ts"
import { verifyHi } from "./hi-verify.ts"
import { wordsHi } from "./hi-words.ts"
import { operatorHi } from "./hi-operator.ts"
import { seesHi } from "./hi-sees.ts"

export const hindi: Catalogue = {
  ...chatHi,
  ...cliHi,
  ...commandsHi,
  ...directoryHi,
  ...startHi,
  ...keysHi,
  ...placesHi,
  ...relayHi,
  ...remarksHi,
  ...ownHi,
  ...plainHi,
  ...programHi,
  ...verifyHi,
  ...wordsHi,
  ...operatorHi,
  ...seesHi,
}
