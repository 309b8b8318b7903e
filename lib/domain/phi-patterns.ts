import { lazily } from './lazily.ts';

const set = (words: string) => words.trim().split(/\s+/).join('|');

const month = `(?:${set(`jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)?
  oct(?:ober)? nov(?:ember)? dec(?:ember)? enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre
  diciembre januar februar märz mai juni juli oktober dezember janvier février fevrier mars avril juin juillet août
  septembre octobre novembre décembre`)})\\.?`;
const year = '(?:1[89]|2\\d)\\d\\d';

/** A calendar date in the spellings met in practice, without the time of day; impossible ones are quoted in errors too. */
export const dateText = [
  `${year}[-/.]\\d{1,2}[-/.]\\d{1,2}`,
  `\\d{1,2}[-/.]\\d{1,2}[-/.]${year}`,
  `(?:[0-2]?\\d|3[01])(?:st|nd|rd|th|\\.)?(?:[- ]| of | de )${month}(?:[-, ]{1,2}| de )${year}`,
  `${month}[- ](?:[0-2]?\\d|3[01])(?:st|nd|rd|th)?,?[- ]${year}`,
  `${year}[- ]${month}[- ](?:[0-2]?\\d|3[01])`,
].join('|');

/** Beside a word of birth, days without a seam and years of two digits are dates as well. */
const looseDate = `${dateText}|(?<!\\d)(?:19|20)\\d{6}\\b|(?<!\\d)[01]\\d[0-3]\\d(?:19|20)\\d\\d\\b|\\b\\d{1,2}[-/.]\\d{1,2}[-/.]\\d\\d\\b|\\b(?:19|20)\\d\\d\\b`;
const birthWord = `(?<![\\p{L}\\d])(?:${set(`dob yob d\\.o\\.b\\.? date[\\s_-]?of[\\s_-]?(?:birth|death) birth[\\s_-]?(?:date|day|dt|year)s?
  birth born deceased fecha[\\s_-]?(?:de[\\s_-]?)?nac(?:imiento)? nacid[oa] nacimiento geburtsdatum geb\\. geboren née? naissance
  nascid[oa] nascimento nat[oa]\\s`)}|生年月日|出生)`;

/** Days before any authorization this system carries: births, as good as always. */
const oldYear = '(?:19\\d\\d|200\\d|201[0-4])';
const oldDate = [
  `${oldYear}([-/.])(?:0?[1-9]|1[0-2])\\2(?:0?[1-9]|[12]\\d|3[01])`,
  `(?:0?[1-9]|[12]\\d|3[01])([-/.])(?:0?[1-9]|[12]\\d|3[01])\\3${oldYear}`,
  `(?:[0-2]?\\d|3[01])(?:st|nd|rd|th|\\.)?(?:[- ]| of | de )${month}(?:[-, ]{1,2}| de )${oldYear}`,
  `${month}[- ](?:[0-2]?\\d|3[01])(?:st|nd|rd|th)?,?[- ]${oldYear}`,
  `${oldYear}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
  `(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])|(?:1[3-9]|2\\d|3[01])(?:0[1-9]|1[0-2]))${oldYear}`,
].join('|');
/** What stands for no date at all; and the version of AWS policies. */
const noBirthDate = '1900-01-01|1970-01-01|19000101|19700101|01/01/1900|01/01/1970|2012-10-17';

const state =
  set(`AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR
  PA RI SC SD TN TX UT VT VA WA WV WI WY PR`);
const stateName =
  set(`Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho
  Illinois Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana
  Nebraska Nevada New\\sHampshire New\\sJersey New\\sMexico New\\sYork North\\sCarolina North\\sDakota Ohio Oklahoma Oregon
  Pennsylvania Rhode\\sIsland South\\sCarolina South\\sDakota Tennessee Texas Utah Vermont Virginia Washington West\\sVirginia
  Wisconsin Wyoming`);
const street =
  set(`st street ave avenue av rd road blvd boulevard ln lane dr drive ct court pl place way ter terrace cir circle
  pkwy parkway hwy highway trl trail sq square loop row pike plaza aly alley xing crossing cv cove holw pt pointe run ridge
  path walk byp bypass expy expressway tpke turnpike`);

const person =
  set(`patients? pt\\.? pat\\. members? mbr\\.? subscribers? beneficiar(?:y|ies) dependents? insured enrollees?
  policyholder guarantor paciente miembro afiliad[oa] asegurad[oa] beneficiari[oa] patientin versicherter mitglied`);
const idLabel = `(?:${set(`medicaid medicare pol policy subscriber member patient beneficiary enrollee dependent insured grp group certificate cert(?=\\s?#)
  chart passport contract hicn mbi mrn empi mcid nm109 sub(?=[\\s_-]?(?:id|#)) licen[sc]e plate serial vin driver'?s?[\\s_-]licen[sc]e
  med(?:ical)?[\\s_-]rec(?:ord)? id[\\s_-]card health[\\s_-]plan insurance[\\s_-]card`)})`;

/** Illnesses, by the endings that medicine gives them and the few it has other words for. */
const condition = `(?!diagnosis|prognosis)(?:${set(`\\p{L}{2,20}(?:itis|a?emia|oma|osis|pathy|phrenia|plegia|ectomy)
  hiv aids cancer diabet(?:es|ic) lupus asthma depress(?:ion|ed) bipolar addict(?:ed|ion) overdose[ds]? suicidal pregnant stroke autis(?:m|tic)`)})`;

export interface PhiPattern {
  /** What it is, as a rejection's rule says it. */
  name: string;
  /** Global, and safe against backtracking on a megabyte of text. What its first group matches is kept by masks. */
  pattern: RegExp;
}

/** Patterns that can only match where the gate does, which is quicker to ask: most texts open one or two gates. */
export interface PhiPatternGroup {
  /** Asked of the text in lower case where it says so. */
  gate: RegExp;
  lowerCase?: boolean;
  patterns: readonly PhiPattern[];
}

/** Stems of the words in the patterns below. */
const labelWord = new RegExp(
  `(?:${set(`ss[ns] social itin soc ss\\s?[#n] tax id.card med pol grp card \bhiv\b diagnosed histor h/o hx\b dx\b positive baby < phone mobile tel cell fax call ph sms text whatsapp handy celular contact pager dob yob
    d\\.o\\.b birth death died born deceased nac geb né naiss nasc nat[oa] age zip postal postcode plz c\\.?p\\. mbi medica policy
    subscriber member patient benef enrollee dependent insured group cert account acct chart passport contract hicn mrn
    empi mcid nm109 sub licen plate serial \\bs/?n\\b \\bfin\\b \\bcsn\\b \\bhar\\b encounter visit admission episode specimen \\bcase\\b \\brx\\b prescri \\broom\\b \\bbed\\b vin device driver health insurance iban dl pt pat mbr guarantor paciente miembro afiliad
    asegurad mitglied versichert person`)}|生年月日|出生)`,
);

const beginsAsLabel = new RegExp(`^${labelWord.source}`);

/** Whether a word may say of a number beside it that it is a person's. */
export function speaksOfPeople(word: string): boolean {
  return beginsAsLabel.test(word.toLowerCase());
}

const spelt = `(?:(?:${set(`first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
  fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth one two three four five six seven eight nine ten
  eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
  eighty ninety hundred thousand and oh`)})(?![a-z])[ -]?)`;
/** A day in words: `the third of March, nineteen fifty-one`, `May the fourth`. */
const speltDay = `(?:the )?(?:${spelt}{1,2}(?:day )?(?:of )?${month}|${month} (?:the )?${spelt}{1,2})`;

/** Written with the 1 before it, a number that many call. */
const tollFree = '8(?:00|33|44|55|66|77|88)\\b';
const extension = '(?:,? ?(?:x|ext\\.?|extension|#)[ :]?\\d{1,6})?';

/** What personal data looks like in any text, in its plain form. */
export const phiPatternGroups = lazily((): readonly PhiPatternGroup[] => [
  {
    // Numbers with a seam in them.
    gate: /\d{3}[-. )/_:]|\+\d|[*xX#]-?\d{4}/,
    patterns: [
      { name: 'ssn', pattern: /()(?<!\d|\d-)\d{3}-\d{2}-\d{4}(?!\d|-\d)/g },
      { name: 'ssn', pattern: /()(?<![\w./:-])(?!000|666)\d{3}([-_/:. ]{1,3})\d{2}\2\d{4}(?![\w/:-]|\.\d)/g },
      { name: 'ssn', pattern: /()(?<![\w./:-])(?!000|666)\d{3}[-. ]\d{2}[-. ]\d{4}(?![\w/:-]|\.\d)/g },
      { name: 'ssn', pattern: /()[x*#•]{3}-?[x*#•]{2}-?\d{4}(?!\d)/gi },
      {
        name: 'phone',
        pattern: new RegExp(
          `()(?<![\\w.-])(?!1[-. ]\\(?${tollFree})(?:(?:\\+|00)?1[-. ]?)?(?:\\([2-9]\\d{2}\\)[- .]?|[2-9]\\d{2}[-. /])\\d{3}[-. ]\\d{4}${extension}(?![\\w-]|\\.\\d)`,
          'gi',
        ),
      },
      { name: 'phone', pattern: /()\([2-9]\d{2}\) ?\d{7}(?!\d)/g },
      {
        name: 'phone',
        pattern: new RegExp(
          `()(?<![\\w.])\\+(?!00)\\d{1,3}[-. ]?\\(?\\d{1,4}\\)?(?:[-. /]?\\d){6,11}${extension}(?![\\w-]|:\\d)`,
          'gi',
        ),
      },
      {
        name: 'account',
        pattern: /()(?<![\d-])(?:4\d{3}|5[1-5]\d{2}|6011)([- ])\d{4}\2\d{4}\2\d{4}(?![\d-])/g,
      },
      { name: 'postal-code', pattern: /()(?<![\w.-])\d{5}-\d{4}(?![\w-])/g },
    ],
  },
  {
    gate: /2\.16\.840\.1\.113883\.4\.1|\b00[ -]?\d|\d \d \d/,
    patterns: [
      // As an identifier of FHIR and HL7 v3.
      { name: 'ssn', pattern: /(2\.16\.840\.1\.113883\.4\.1\D{1,12})\d{9}(?!\d)/g },
      { name: 'phone', pattern: /()(?<![\w.-])00[ -]?[1-9]\d{0,2}[ -](?:[-. /]?\d){7,11}(?![\w-])/g },
      { name: 'ssn', pattern: /()(?<!\d ?)\d \d \d ?[-./] ?\d \d ?[-./] ?\d \d \d \d(?! ?\d)/g },
    ],
  },
  {
    // The number of a Medicare beneficiary.
    gate: /\d[A-Z]|\d-[a-z]/,
    patterns: [
      {
        name: 'member-id',
        pattern:
          /()\b[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y\d]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b/g,
      },
      // Its shape, with letters that none has.
      {
        name: 'member-id',
        pattern: /()(?<![\w-])[1-9][A-Z][A-Z\d]\d-[A-Z][A-Z\d]\d-[A-Z]{2}\d{2}(?![\w-])/gi,
      },
    ],
  },
  {
    // A number or a date beside a word that says whose or what it is.
    gate: labelWord,
    lowerCase: true,
    patterns: [
      {
        name: 'ssn',
        pattern:
          /((?<!\p{L})(?:ssn(?!\p{L})|(?:sss?n|social security|itin|soc\.? ?sec\.?|tax(?:payer)? id)\b)\D{0,20})\d{3}[- ]?\d{2}[- ]?\d{4}(?!\d)/giu,
      },
      {
        name: 'ssn',
        pattern:
          /(\b(?:ssn|social security)\b[^\d\n]{0,40}\b(?:last|ending|ends)\b(?: (?:4|four)\b)?\D{0,12}|\blast (?:4|four)\b[^\d\n]{0,16}\b(?:ssn|social)\b\D{0,6})\d{4}\b/gi,
      },
      {
        name: 'ssn',
        pattern:
          /(\bsocial\b[^\d\n]{0,16}|\bss ?(?:#|no\b\.?|num(?:ber)?\b)[\s:=#]{0,4})\d{3}[- ]?\d{2}[- ]?\d{4}(?!\d)/gi,
      },
      { name: 'ssn', pattern: /()(?<!\d)\d{9}(?=[^\d\n.;:]{1,20}\b(?:ssn|social security|itin)\b)/gi },
      {
        name: 'phone',
        pattern:
          /(\b(?:phone|mobile|tel|telephone|cell|fax|call(?:ed|back)?|ph|sms|text|whatsapp|tel[eé]fono|handy|celular|contact|pager)\b[^\d\n]{0,16})(?:1?[2-9]\d{2}[2-9]\d{6}|[2-9]\d{2}[-. ]\d{4}|0\d{9,11})(?![\w-])/gi,
      },
      {
        // Of any country, in groups of any length.
        name: 'phone',
        pattern:
          /(\b(?:phone|mobile|tel|telephone|telefon|tel[eé]fono|cell|fax|ph|whatsapp|handy|celular|pager)\b\.?(?: ?(?:no\.?|number|nr\.?|#))?[\s:=]{1,3})(?=(?:[ ()./-]{0,2}\d){7})\+?[\d(][\d ()./-]{5,18}\d(?![\w-]|\.\d)/gi,
      },
      {
        name: 'birth-date',
        pattern: new RegExp(`(${birthWord}[^\\n]{0,24}?)(?:${looseDate})(?![T ]\\d\\d:(?!00:00))`, 'giu'),
      },
      {
        name: 'birth-date',
        pattern: new RegExp(
          `(${birthWord}[\\s:=#"'\\\\]{1,6})(?:\\d{6}\\b|\\d{1,2} ${month}|${month} \\d{1,2}\\b)`,
          'giu',
        ),
      },
      {
        name: 'birth-date',
        pattern: new RegExp(
          `(${birthWord}[^\\n]{0,16}?)${speltDay}(?:[ ,]{0,2}(?:${spelt}{1,6}|\\d{4}))?`,
          'giu',
        ),
      },
      {
        name: 'age',
        pattern: new RegExp(
          `((?<!\\p{L})(?:${person})[^\\n]{0,24} (?:turn(?:s|ed|ing)|is now|(?:is|was) (?:a |an )?(?=\\d{1,3}[- ]?(?:yr|year|y\\b))) ?)\\d{1,3}\\b`,
          'giu',
        ),
      },
      {
        name: 'age',
        pattern: new RegExp(
          `((?<!\\p{L})(?:${person})[^\\n]{0,20}(?<![\\w-])aged?[ :=]{1,3}|\\baged |\\bage[ :]{1,2}(?=\\d{1,3}[^\\n]{0,40}(?<!\\p{L})(?:${person})))\\d{1,3}\\b`,
          'giu',
        ),
      },
      {
        name: 'age',
        pattern: new RegExp(
          `(\\baged |(?<!\\p{L})(?:${person})[^\\n]{0,20}\\bage[d:]? )${spelt}{1,2}`,
          'giu',
        ),
      },
      {
        name: 'age',
        pattern: /(\bage[ds]?(?: (?:at|on|in) [a-z]{2,16})?[ :=]{1,3})\d{1,3}(?= ?(?:yrs?|years?)\b)/gi,
      },
      {
        name: 'birth-date',
        pattern: new RegExp(
          `((?:^|(?<!\\p{L})(?:${person}) )(?:died|passed away)[^\\n]{0,12}?)(?:${dateText})`,
          'giu',
        ),
      },
      {
        name: 'condition',
        pattern: new RegExp(
          `((?<!\\p{L})(?:${person})[^\\n]{0,16}\\b(?:has|had|have|is|was|with|suffers?|diagnosed|tested|presents)\\b[^\\n]{0,24})(?<!\\p{L})(?:${condition})(?!\\p{L})`,
          'giu',
        ),
      },
      {
        name: 'condition',
        pattern: new RegExp(
          `((?<!\\p{L})(?:${person}) (?:presents?|presented|presenting) (?:with|to) )[^\\n.;]{4,80}`,
          'giu',
        ),
      },
      {
        // Said of nobody by name: `history of asthma`, `HIV positive`.
        name: 'condition',
        pattern: new RegExp(
          `(\\b(?:diagnosed with|positive for|history of|h/o|hx of|dx(?: of|:)?|suffers? from|treated for) (?:\\p{L}{1,12} ){0,2})(?<!\\p{L})(?:${condition})(?!\\p{L})`,
          'giu',
        ),
      },
      { name: 'condition', pattern: /()\bHIV[ -]?(?:positive|pos\b|\+)/gi },
      {
        // As newborns are enrolled.
        name: 'name',
        pattern: /((?<!\p{L})baby[ -](?:boy|girl),? )(?-i:\p{Lu}[\p{L}'-]{1,30})(?!\p{L})/giu,
      },
      // `Member not found: HMX700011223`, `HMX700011223 is not an active member`.
      {
        name: 'member-id',
        pattern: new RegExp(
          `((?<!\\p{L})(?:${person})(?!\\p{L})[^\\n]{0,24}\\b(?:found|unknown|invalid|inactive|ineligible|eligible|active|covered|enrolled|mismatch(?:ed)?|rejected|failed|duplicate|exists?|terminated|termed|(?:with|by|for|of) (?:the |this )?(?:id|number|identifier|key))[\\s:='"(\\[-]{1,4})(?-i:[A-Z]{0,4}\\d{7,12}[A-Z]?)(?![\\w.-])`,
          'giu',
        ),
      },
      {
        name: 'member-id',
        pattern: new RegExp(
          `()(?<![\\w.-])(?:(?-i:[A-Z]{1,4}\\d{7,12})(?= (?:is|was) (?:not )?(?:an? )?(?:\\p{L}+ )?(?:${person})(?!\\p{L})|[^\\n]{0,24} \\((?:${person})\\))|(?-i:[A-Z]{1,3}\\d{8,12})(?= (?:\\p{L}{1,10} )?(?:${person})(?!\\p{L})))`,
          'giu',
        ),
      },
      { name: 'member-id', pattern: /(\bmbi\b[\s:=#"']{1,4})[\da-z]{4}-?[\da-z]{3}-?[\da-z]{4}\b/gi },
      {
        name: 'member-id',
        pattern: new RegExp(
          `((?<![\\p{L}\\d])${idLabel}[\\s_-]{0,2}(?:id|number|num|no\\.?|nbr|nr\\.?|#)?(?:[\\s:=#"'(\\\\]|\\bis\\b){1,6})(?!v\\d|(?-i:[A-Z]{2,8})-\\d{1,3}(?![\\w-]))(?=[\\w-]{0,8}\\d[\\w-]{0,12}\\d[\\w-]{0,12}\\d)[\\w-]{3,40}(?<![-_])(?: \\d{2,4}){0,4}(?![\\w-])`,
          'giu',
        ),
      },
      {
        name: 'member-id',
        pattern: /(\bcard(?: (?:no\.?|number|num|#|id))?[\s:=#]{1,3})[A-Z]{0,4}\d{9,16}(?![\w-])/gi,
      },
      {
        // In groups, as it is printed on cards.
        name: 'member-id',
        pattern: new RegExp(
          `((?<![\\p{L}\\d])${idLabel}[\\s_-]{0,2}(?:id|number|num|no\\.?|nbr|nr\\.?|#)[\\s:=#"'(]{1,4})(?:(?-i:[A-Z]{1,5})[ -])?\\d{2,4}(?:[ -]\\d{2,4}){1,4}(?![\\w-])`,
          'giu',
        ),
      },
      {
        name: 'member-id',
        pattern: new RegExp(
          `((?<![\\p{L}\\d])(?:${person})(?:[\\s_-]?(?:id|no|number|#))?[\\s:=#/_"'(\\\\-]{1,4})(?:(?-i:[A-Z]{0,5})-?\\d{4,}[\\w-]*|(?-i:[A-Z]{0,3})\\d{2,4}(?: \\d{2,4}){2,4}(?![\\w-]))`,
          'giu',
        ),
      },
      {
        // With letters among its digits; requests have ids of their own.
        name: 'member-id',
        pattern: new RegExp(
          `((?<![\\p{L}\\d])(?:${person}) )(?!(?-i:PAGW|EXT)-)(?=[\\w-]*\\d[\\w-]*\\d[\\w-]*\\d[\\w-]*\\d)(?-i:[A-Z\\d][A-Z\\d-]{6,29})(?![\\w-])`,
          'giu',
        ),
      },
      {
        name: 'member-id',
        pattern:
          /(\b(?:Patient|Member|Subscriber|Beneficiary|Dependent|Enrollee|Person|Insured)\w{0,20} ?[{[(][^\n}\])]{0,60}?\bid\b["':=\s]{1,4})[\w-]{0,20}\d[\w-]{1,40}/gi,
      },
      {
        name: 'account',
        pattern: /(\b(?:account|acct)\.?(?: (?:no|number|num)\.?|#| #)[\s:=#]{0,4})(?=[\w-]*\d)[\w-]{4,30}/gi,
      },
      // Twelve digits are an account of the cloud.
      { name: 'account', pattern: /(\b(?:account|acct)\.?[\s:=]{1,3})(?!\d{12}\b)\d{6,17}\b/gi },
      {
        name: 'member-id',
        pattern:
          /(<(?:[\w-]{1,20}:)?(?:patient|member|subscriber|beneficiary|insured|dependent)\w{0,20}>\s{0,20}<(?:[\w-]{1,20}:)?id(?:>|\s[^<>]{0,100}?(?:extension|value)=["']))[\w-]{3,40}/gi,
      },
      { name: 'member-id', pattern: /(\bMRN[ _:#=|-]{0,3})[A-Z]{0,3}\d{4,}/gi },
      { name: 'member-id', pattern: /(\b(?:FIN|CSN|HAR)[ _:#=-]{1,3})[A-Z]{0,3}\d{5,}/g },
      {
        name: 'member-id',
        pattern:
          /(\b(?:encounter|visit|admission|episode|specimen|case|room|bed|rx|prescription) ?(?:no\.|number|num\.?|nbr|#|id\b)[\s:=#]{0,3})(?=[\w-]*\d)[\w-]{1,30}/gi,
      },
      { name: 'member-id', pattern: /(\b(?:encounter|visit|admission) )[A-Z]{0,4}-?\d{5,}(?![\w-])/gi },
      {
        name: 'device',
        pattern: /(\bS(?:N(?:[:#]| (?:no|number)\b)|\/N\b)[\s.:#]{0,3})(?=[\w-]*\d[\w-]*\d)[\w-]{4,40}/g,
      },
      { name: 'device', pattern: /(\bVIN\b[\s:=#]{1,4})[A-HJ-NPR-Z\d]{17}\b/gi },
      {
        name: 'device',
        pattern: /(\b(?:serial|device)(?: (?:no|number|id|#))[\s:.=#]{1,4})(?=[\w-]*\d)[\w-]{4,40}/gi,
      },
      {
        name: 'licence',
        pattern:
          /(\b(?:DL|driver'?s? licen[sc]e|licen[sc]e plate|passport)(?: (?:no\.?|number|#))?[\s:=#]{1,4})(?=[\w-]*\d)[\w-]{5,20}/gi,
      },
      { name: 'account', pattern: /(\b(?:IBAN)[\s:=]{1,4})[A-Z]{2}\d{2}[A-Z\d ]{10,30}/g },
      {
        name: 'ip',
        pattern: new RegExp(
          `((?<!\\p{L})(?:(?:${person})[^\\n]{0,24}?\\bip\\b|ip\\b[^\\d\\n]{0,16}(?:${person})\\b)[^\\d\\n]{0,10})\\d{1,3}(?:\\.\\d{1,3}){3}`,
          'giu',
        ),
      },
      {
        name: 'ip',
        pattern: new RegExp(
          `(\\bip\\b[^\\d\\n]{0,10})\\d{1,3}(?:\\.\\d{1,3}){3}(?=[^\\n]{0,16}(?<!\\p{L})(?:${person})\\b)`,
          'giu',
        ),
      },
      {
        name: 'postal-code',
        pattern: /(\b(?:zip|postal|postcode|plz|c\.?p\.)[ _-]?(?:code)?\b[^\d\n]{0,12})\d{5}\b/gi,
      },
    ],
  },
  {
    // Years of two digits, of which no authorization is, and a year in words.
    gate: /\d\/\d\d\/[4-9]\d|\d[- ]?(?:jan|feb|mar|apr|ma[iy]|ju[nl]|a[ug][go]|sep|o[ck]t|nov|de[cz]|ene|abr|dic|f[ée]v|avr|jui|ao[ûu]|d[ée]c|mär)|nineteen/i,
    patterns: [
      {
        name: 'old-date',
        pattern: new RegExp(
          `()(?<![\\w/.:-])(?:(?:0[1-9]|[12]\\d|3[01])/(?:0[1-9]|[12]\\d|3[01])/|(?:0?[1-9]|[12]\\d|3[01])[- ]${month}[- ])[4-9]\\d(?![\\w/:.-]| \\d\\d:\\d\\d)`,
          'gi',
        ),
      },
      {
        name: 'old-date',
        pattern: new RegExp(
          `()(?<![\\p{L}\\d.:-])(?:0?[1-9]|[12]\\d|3[01])${month}(?:${oldYear}|[3-9]\\d)(?![\\p{L}\\d])`,
          'giu',
        ),
      },
      {
        name: 'old-date',
        pattern: new RegExp(
          `()\\b(?:${speltDay}|${month}(?: \\d{1,2}(?:st|nd|rd|th)?)?)[ ,]{1,2}nineteen[ -]${spelt}{1,4}`,
          'gi',
        ),
      },
    ],
  },
  {
    gate: /\d[- ]?y|[- ]year|\d ?[MF] /i,
    patterns: [
      // `56F with COPD`
      {
        name: 'age',
        pattern:
          /()(?<![\w.:/-])\d{1,3} ?[MF](?= (?:with|w\/|c\/o|s\/p|h\/o|p\/w|who|presents|presenting|admitted)\b)/g,
      },
      { name: 'age', pattern: new RegExp(`()\\b${spelt}{1,2}years?[- ](?:old|of[- ]age)\\b`, 'gi') },
      {
        name: 'age',
        pattern:
          /()(?<![\w+/])\d{1,3}[- ]?(?:y\/o(?![\w+/=])|yo\b|y\.o\.|years?[- ]old\b|y(?:ea)?rs?\.? of age\b|yrs?[- ]old\b)/gi,
      },
    ],
  },
  {
    // Days without a word.
    gate: new RegExp(oldYear),
    patterns: [
      {
        name: 'old-date',
        pattern: new RegExp(
          `()(?<![\\w/.:-]|\\d[-/.])(?!${noBirthDate})(?:${oldDate})(?!(?!T00:00)[\\w/]|[-.]\\d|[T ](?!00:00)\\d\\d?:\\d\\d)`,
          'gi',
        ),
      },
      {
        // In a file's name: beside a word on either side.
        name: 'old-date',
        pattern: new RegExp(
          `()(?<=\\p{L}{2}_)(?!${noBirthDate})${oldYear}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])(?!\\d)|(?<=[/_])${oldYear}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?=[_-]\\p{L}{2})`,
          'gu',
        ),
      },
      {
        // Below a person's folder.
        name: 'old-date',
        pattern: new RegExp(
          `()(?<=\\b(?:patients?|members?|subscribers?|enrollees?|persons?|people)/[^\\s?#]{0,60})${oldYear}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\\d|3[01])(?!\\d)`,
          'giu',
        ),
      },
      {
        name: 'old-date',
        pattern: new RegExp(
          `()(?<=[\\p{L}]{2}[_-])${oldYear}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?!\\d)`,
          'gu',
        ),
      },
    ],
  },
  {
    // Latitude and longitude of a place in the United States.
    gate: /\.\d{3,}[,; ]{1,2}-/,
    patterns: [
      {
        name: 'address',
        pattern:
          /()(?<![\w.])(?:1[89]|[2-6]\d|7[01])\.\d{3,}[,; ]{1,2}-(?:6[5-9]|[7-9]\d|1[0-7]\d)\.\d{3,}(?!\w)/g,
      },
    ],
  },
  {
    // Addresses.
    gate: /^(?=[^ ]* )(?=\D*\d)/,
    patterns: [
      { name: 'address', pattern: /()\b(?:R\.?R\.?|Rural Route|Star Route|HC) ?#?\d{1,4},? Box \d{1,6}/gi },
      { name: 'address', pattern: /()\bp\.? ?o\.? ?box[ #:]{1,3}\d{1,6}/gi },
      { name: 'address', pattern: /()\b(?:Apt|APT|Apartment|APARTMENT)\.? ?#? ?\d{1,5}[A-Za-z]?\b/g },
      { name: 'address', pattern: /()\p{L}{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}\b/gu },
      {
        name: 'address',
        pattern: new RegExp(
          `()(?<![\\w.:-])\\d{1,6}(?:-?[A-Z])? (?:[NSEW]{1,2}\\.? )?(?:(?:[A-Z][\\w'.-]{0,24}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:${street.replace(/[a-z]+/g, (word) => `${word[0]?.toUpperCase()}${word.slice(1)}|${word.toUpperCase()}`)})\\b\\.?`,
          'g',
        ),
      },
      {
        name: 'address',
        pattern:
          /()(?<![\w.:-])\d{1,6} (?:[nsew]\.? )?[a-z]{3,20} (?:[a-z]{3,20} )?(?:st|street|ave|avenue|rd|road|blvd|boulevard|ln|dr|pkwy|hwy)\b/g,
      },
      {
        // The number in front, as in France.
        name: 'address',
        pattern:
          /()(?<![\w.:-])\d{1,5}(?: ?(?:bis|ter)\b)?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Aa]ll[ée]e|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Pp]assage) (?:\p{Ll}{1,4}['’ -]){0,3}\p{Lu}[\p{L}'-]{1,30}/gu,
      },
      {
        name: 'address',
        pattern:
          /()(?<![\p{L}\d])(?:ul\.|[Aa]leja|al\.|os\.) \p{Lu}\p{L}{2,30}(?: \p{Lu}\p{L}{2,30})? \d{1,4}/gu,
      },
      {
        name: 'address',
        pattern:
          /()\b(?:Calle|Carrera|Cra\.?|Cll?\.?|Diagonal|Transversal|Avenida|Av\.?) \d{1,3}[A-Z]? ?(?:#|[Nn]o\.?|[Nn][°º]) ?\d[\d -]*/g,
      },
      {
        name: 'address',
        pattern:
          /()(?<!\p{L})\p{Lu}\p{Ll}{2,30}(?:straat|laan|gracht|plein|kade|gatan|vägen|gade|katu) \d{1,4}\b/gu,
      },
      {
        // Street and number, then a postal code and its place.
        name: 'address',
        pattern:
          /()(?<!\p{L})\p{Lu}[\p{L}.'-]{1,30} \d{1,4}[a-z]?, ?(?:[A-Z]{1,2}-)?(?:\d{2}-\d{3}|\d{4,5})(?: [A-Z]{2})? \p{Lu}\p{Ll}{2,}/gu,
      },
      // Canada's and Britain's postal codes, the latter behind a place.
      { name: 'postal-code', pattern: /()(?<![\w.:-])[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d(?![\w-])/g },
      {
        name: 'postal-code',
        pattern: /()(?<=\p{Ll}{2},? )[A-Z]{1,2}\d[A-Z\d]? (?!\d[GMTK]B)\d[ABD-HJLNP-UW-Z]{2}(?![\w-])/gu,
      },
      {
        name: 'address',
        pattern: new RegExp(
          `()\\b\\p{Lu}[\\p{L}.'-]{1,24}(?: \\p{Lu}[\\p{L}.'-]{1,24}){0,2}, ?(?:(?:${state}),? \\d{5}|(?:${stateName}),? \\d{5})(?:-\\d{4})?(?![\\w-])`,
          'gu',
        ),
      },
      // States whose letters are words as well, after a city.
      {
        name: 'address',
        pattern:
          /()\b\p{Lu}[\p{Ll}.'-]{2,24}(?: \p{Lu}[\p{Ll}.'-]{2,24}){0,2} (?:OK|OR|IN|HI|ME|PA|CO|DE|MS|AL|MA|CT|SC|MT) \d{5}(?:-\d{4})?(?![\w-])/gu,
      },
      {
        name: 'address',
        pattern: new RegExp(
          `()\\b(?:(?!ID|OK|OR|IN|HI|ME|PA|CO|DE|MS|AL|MA|CT|SC|MT)(?:${state})|(?:${stateName})) \\d{5}(?:-\\d{4})?(?![\\w-])`,
          'g',
        ),
      },
    ],
  },
  {
    gate: /\b(?:Calle|Avenida|Av\.|Carrera|Rue|Via|Rua|Plaza|lives|resides|living|residing) /,
    patterns: [
      {
        name: 'address',
        pattern: /(\b(?:lives|resides|living|residing) (?:on|at|in) )\p{Lu}\p{L}+(?: \p{Lu}\p{L}+){0,3}/gu,
      },
      {
        name: 'address',
        pattern:
          /()\b(?:Calle|Avenida|Av\.|Carrera|Rue|Via|Rua|Plaza) (?:\p{L}{1,3} ){0,2}\p{Lu}\p{L}{2,}(?:,? (?:#|n[o°º.]* ?)?\d{1,5})?/gu,
      },
    ],
  },
  {
    // Paths and documents.
    gate: /[/<]|resourceType|(?:Patient|Person|Coverage)\?/,
    patterns: [
      {
        name: 'member-id',
        pattern:
          /(\/(?:patients?|members?|subscribers?|beneficiar(?:y|ies)|enrollees?|persons?|people|dependents?)\/)(?!v\d+\b|[{:$])(?=[^/?#\s]{0,40}\d[^/?#\s]{0,10}\d)[\w.~%^-]{3,80}/gi,
      },
      { name: 'fhir', pattern: /()["']?resourceType\\*["']?\s{0,4}[:=]\s{0,4}\\*["']?[A-Z]\w{1,40}/g },
      {
        // A search for a person.
        name: 'fhir',
        pattern:
          /(\b(?:Patient|RelatedPerson|Person|Coverage)\?)(?=[^\s"]{0,200}\b(?:identifier|_id|name|family|given|birthdate|phone|email|telecom|address|beneficiary|subscriber)[\w:.-]{0,40}=)[^\s"]{1,400}/g,
      },
      { name: 'fhir', pattern: /()\b(?:Patient|RelatedPerson|Person)\/(?=[\w.-]{0,63}\d)[\w.-]{1,64}/g },
      { name: 'fhir', pattern: /()<\w{1,40} xmlns=\\*["'](?:http:\/\/hl7\.org\/fhir|urn:hl7-org)/g },
      { name: 'hl7v2', pattern: /()<PID\.\d[^\n]{0,400}/g },
    ],
  },
  {
    // An address that hides from those who gather them.
    gate: /\bat\b/i,
    patterns: [
      {
        name: 'email',
        pattern:
          /()(?<![\w.%+-])[\w.%+-]{1,64} ?[[({<] ?at ?[\])}>] ?[a-z\d-]{1,63}(?:(?:\.| ?[[({<] ?dot ?[\])}>] ?| dot )[a-z\d-]{1,63}){1,4}/gi,
      },
      {
        name: 'email',
        pattern:
          /()(?<![\w.%+-])(?=\w*[._\d])[\w.%+-]{2,64} at [a-z\d-]{1,63}(?: dot [a-z\d-]{1,63}){0,3} dot (?:com|net|org|edu|gov|us|de|fr|es|it|uk|ca|mx|br|in|pl|nl|io|me)\b/gi,
      },
    ],
  },
  {
    gate: /\*/,
    patterns: [
      {
        name: 'x12',
        pattern:
          /()(?<![\w*])(?:(?:GS|ST|HL|LX)(?=\*[^*~\n]{0,40}[*~])|ISA|BHT|TRN|NM1|N[1-4]|PER|DMG|REF|SBR|PAT|INS|CLM|DT[PM]|HI|UM|SV[1-7]|HSD|PWK|MSG|PRV|EB|EQ|HCR|III|NTE|CR[1-8]|CRC|K3|CL1|BPR|HCP|SVC|STC)\*(?=[^~\n]{0,60}[A-Z\d])[^~\n]{0,200}~?/gi,
      },
    ],
  },
  {
    gate: /[|^]/,
    patterns: [
      { name: 'x12', pattern: /()\b(?:NM1|DMG|N3|N4|SBR)[|^][^~\n]{2,200}~?/gi },
      {
        name: 'hl7v2',
        pattern:
          /()\b(?:MSH[|][^\r\n]{4,}|(?:PID|PD1|PV[12]|NK1|GT1|IN[123]|MRG|OB[XR]|ORC|DG1|AL1|EVN|ACC|FT1|PR1|RX[EAD]|SCH|TXA|Z[A-Z\d]{2}(?=\|[^|\r\n]*\|))[|^][^\r\n]{0,400})/g,
      },
      { name: 'hl7v2', pattern: /()\b(?:pid|nk1|gt1|in1)[|^]\d{0,4}[|^][^\r\n]{0,400}/g },
      {
        name: 'hl7v2',
        pattern:
          /()(?<![\p{L}\d^])\p{L}[\p{L}'-]{1,40}\^\p{L}[\p{L}' -]{0,40}(?:\^[\p{L}.' -]{0,40}){0,5}(?!\d)/gu,
      },
    ],
  },
  {
    gate: /[\u0530-\uffff\u0400-\u052f]/,
    patterns: [
      {
        name: 'script',
        pattern:
          /()[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thai}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Ethiopic}]+(?: [\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thai}\p{Script=Devanagari}]+)*/gu,
      },
    ],
  },
]);

/** E-mail addresses; whether one is a team's is asked apart. */
export const emailPattern =
  /(?<![\p{L}\d_.%+-])[\p{L}\d_.%+-]{1,64}@(?:(?:[\p{L}\d-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\d_])|\[[\da-fipv:.]{4,45}\])/giu;
