import { isNameOfThing, keyMeaning } from './phi-keys.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { plainForm, wordsOf } from './trade-words.ts';

/** Metadata keys of the pipeline's services, and of what they run on. Text under them is judged by patterns alone. */
const catalogue: ReadonlySet<string> = new Set(
  `requestType syncMode mode disposition attachmentCount hasAttachments diagnosisCount procedureCount hasUrgent errorCount
  warningCount sourcesUsed sourceCount targetSystem externalId isAsync status isError outcome subscriptionCount
  destinationQueue retryCount reviewAction reasonCode denialReason priority direction channel
  fileName className methodName ruleName mapperName queueName topicName tableName columnName hostName planName productName
  bundleName threadName jobName templateName profileName systemName payerName serviceName stageName userAgent cron schedule
  contentType mediaType sqlState exception exceptionClass errorClass rootCause providerName facilityName pharmacyName
  procedureDescription diagnosisDescription serviceDescription labName vendor vendorName organizationName specialty drugName procedureName lineOfBusiness product plan`
    .split(/\s+/)
    .map(keyName),
);

/** What a key is about that nobody is called by: keys that end so are known as well. */
const operationWords = new Set(
  `system systems os platform jdk jvm sdk runtime browser gateway proxy broker mesh cluster datacenter dc site region zone
  market environment env team squad vendor ehr emr pool library lib framework engine monitor calendar edition release
  category type vocabulary algorithm protocol codec driver server client
  application app stack stacktrace logger component module carrier isp network channel partner via program lob modality license locale timezone`.split(
    /\s+/,
  ),
);
/** And these wherever they stand: what a request asks for, which is nobody's without a person beside it. */
const serviceWords = new Set(
  `drug medication ingredient procedure modality specialty guideline guidelines benefit benefits facility pharmacy payer
  plan product equipment modifier device place vendor laterality dosage dose strength credential`.split(
    /\s+/,
  ),
);

/** Keys of texts that people write. */
const noteWords = new Set(
  `note notes desc descr comment comments remark remarks narrative memo freetext text message description summary reason nota notas
  comentario bemerkung details detail info payload data value content body raw input output result arg x who field`.split(
    /\s+/,
  ),
);

/** What a key by itself says of the text under it. */
interface KeyOfText {
  /** As keyName writes it. */
  name: string;
  isNote: boolean;
  isKnown: boolean;
}

const read = new RememberedTexts<KeyOfText>({ longest: 64, most: 2_000 });

function readKey(key: string): KeyOfText {
  const before = read.get(key);
  if (before !== undefined) return before;
  const name = keyName(key);
  const words = wordsOf(key);
  const last = words.at(-1) ?? '';
  const isNote = noteWords.has(last);
  const isKnown =
    catalogue.has(name) ||
    isNameOfThing(key) ||
    (!isNote &&
      keyMeaning(plainForm(key)) === null &&
      (operationWords.has(last) || words.some((word) => serviceWords.has(word))));
  return read.remember(key, { name, isNote, isKnown });
}

/** Whether people write the text under this key. */
export function isNoteKey(key: string): boolean {
  return readKey(key).isNote;
}

/** Whether the pipeline's services, what they run on, or the stage's setting know a key that means nothing of a person. */
export function isKnownKey(key: string, ofStage: ReadonlySet<string>): boolean {
  const { name, isKnown } = readKey(key);
  return isKnown || ofStage.has(name);
}

/** A key as it is compared: without case and separators. */
export function keyName(key: string): string {
  return plainForm(key)
    .toLowerCase()
    .replace(/[^\p{L}\d]/gu, '');
}
