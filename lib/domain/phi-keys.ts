import { nameKind } from './person-names.ts';
import { RememberedTexts } from './remembered-texts.ts';
import { isListedWord, isTradeWord, plainForm, wordsOf } from './trade-words.ts';

/** What a key says of its value: which of a person's data it is. */
export type KeyMeaning =
  /** A name by itself. */
  | 'name'
  /** A name, or something else that is called so too: `family`, `last`, `contact`. */
  | 'maybe-name'
  /** A date of birth or death, or an age. */
  | 'birth'
  /** A number or code that identifies a person. */
  | 'id'
  /** Phone, mail or postal address, or a part of one. */
  | 'contact'
  /** Gender, race, photograph and the like. */
  | 'trait'
  /** A trait that a yes or no tells: `pregnant`. */
  | 'flag'
  /** Something of a person; what, the key does not say. */
  | 'person'
  /** A clinical document. */
  | 'document'
  /** A part of one, where it is an object: a code or a name otherwise. */
  | 'resource'
  /** An organisation's or a provider's own data, which is public. */
  | 'provider';

const set = (words: string) => new Set(words.split(/\s+/).filter((word) => word !== ''));

/** Whose data it is. */
const personWords =
  set(`patient patients pt pat patnt member members mbr mem membr membership subscriber subscribers subscr sbscr sbr
  subscrib sbscrbr beneficiary beneficiaries bene benef bnf dependent dependents dependant insured insd insrd enrollee enrolee enr enrl
  policyholder cardholder guarantor guardian person persons people spouse child children kid mother father parent mom dad son
  daughter husband wife sibling brother sister kin relatives relatedperson human applicant claimant caregiver caretaker
  newborn baby infant decedent resident donor employee individual recipient paciente pacientes miembro afiliado
  assured carer asegurado asegurada insureds frau herr beneficiario titular patientin patienten versicherter versicherte versicherten mitglied assure assuree patiente
  malade beneficiaire paziente assistito pacjent pacjenta verzekerde segurado utente nok victim`);
const mayBePersonWords = set(
  'sub dep client customer consumer user emergency responsible relative participant holder',
);
/** Of these only a name, id or date of birth is a person's: a parent span or child process is not. */
const ambiguousPersons = set(
  'parent child children kid individual recipient resident employee mem pat people kin donor',
);

/** Whose data it is not. */
const providerWords =
  set(`provider providers physician practitioner prescriber facility hospital clinic pharmacy payer payor
  insurer carrier vendor organization organisation org lab laboratory surgeon doctor nurse pcp npi supplier company
  department dept clearinghouse delegate reviewer nurse plan product tenant requester submitter ordering rendering referring
  attending billing servicing`);

const nameWords = set('name names nm nme nam nmes');
const nameQualifiers =
  set(`first last middle mid given family fam full maiden preferred legal alias nick former christian sur fore
  mother mothers father fathers spouse birth primary secondary emergency contact kin initial own next responsible party poa attorney
  representative guardian caregiver proxyholder`);
const ownNames =
  set(`surname surnames sirname middleinitial firstinitial lastinitial lastname firstname middlename givenname familyname fullname maidenname nickname forename
  forenames fname lname mname fnm lnm frstname fstname lstname mdlname frstnm lstnm nombre nombres apellido apellidos nom prenom vorname nachname familienname
  geburtsname cognome sobrenome imie nazwisko achternaam voornaam efternamn fornamn etunimi sukunimi apelido nombrecompleto nomecompleto primernombre segundonombre humanname initials`);
const maybeNames =
  set(`first last middle given family fn ln alias nick preferred maiden owner who whom requestor contact
  attention attn signature signedby signer signatory calledby caller whocalled calledin witness witnesses tutor tutorlegal petowner enteredby spokewith spoketo requestedby displayname username user login actor assignee guardian caregiver custodian custodianname subject representative authorizedrepresentative requestedfor poa attorney`);

/** Who acts for a person, in whatever words stand before. */
const actingFor = set(
  'attorney guardian caregiver custodian representative advocate interpreter translator witness proxyholder',
);

const birthWords =
  set(`dob yob dod birth birthdate birthday birthdt birthyear birthtime birthplace bday bdate brthdt
  dateofbirth born deceased death dateofdeath deathdate geburtsdatum geburtstag geburt geboren nacimiento nacido fechanac
  naissance nascimento nascita geb gebdat cumpleanos dtofbirth edad alter nascita urodzenia geboorte geboortedatum fodselsdato fodelsedatum expireddate expireddatetime dateexpired gestation`);

const ownIds =
  set(`ssn ssns sin itin mrn mrns mbi hicn umpi umid masterpatientindex hic hcid mcid empi mpi eid umi upi medrec socsec socialsecurity
  medicalrecordnumber medicaidid medicareid passport driverlicense driverslicense licenseplate numberplate plate vin imei
  udi universalid subscriberid memberid patientid enrolleeid beneficiaryid curp rfc dni nif nie cpf kvnr nhsnumber nhs nino hcn phn csn
  iban creditcard pan cvv ccn bankaccount routingnumber biometric biometrics fingerprints voiceprint faceid retina
  dl dln cin social socialsec fin codicefiscale nss bsn pesel personnummer sozialversicherungsnummer svnr ahvnummer insee
  tesserasanitaria cartaosus cedula`);
const idEnds =
  set(`id ids identifier identifiers no num number numbers nbr nr numero numer nummer nro key keys ref reference refs ident
  card last4 digits code suffix seq sequence token uid guid oid hash`);
const idSubjects =
  set(`policy pol group grp certificate cert certif medicaid medicare insurance health social security
  chart record license licence lic passport driver drivers driving plate vehicle device serial contract credit
  bank card healthplan employee emp student account acct subscr household family enrollment relationship claimant case4 alien visa
  military tax personal national identity ssn mrn mbi secu securite seguro seguridad sozialversicherung krankenversicherung
  versicherung assurance sanitaria`);
/** With these it takes a number: a group id is a consumer group's, an account id the cloud's, a record id anybody's. */
const numberedOnly = set('group grp account acct record contract case4 claim relationship social key');
const numberEnds = set('no num number numbers nbr nr numero numer nummer nro card last4 digits');
/** A person's stay or treatment: its number or id leads to the person. `visits` counts them. */
const stayWords = set(
  'visit encounter admission inpatient outpatient stay episode hospitalization prescription rx accession csn fin specimen visita',
);
/** Of these a number is a patient's; an id is a workflow's case, a chat's room. */
const numberedPlaces = set('case room bed ward');
const stayIdEnds = set(
  'id ids identifier no num number nbr nr numero numer nummer nro ref reference uid guid',
);
/** What numbers its patients, and accounts of them: a hospital number is a patient's, a hospital's id the hospital's. */
const patientsOf = set('hospital clinic');
const billers = set('hospital clinic facility billing');
/** Ends that number an id; as ids by themselves they say nothing. */
const weakIdEnds = set('key keys code seq sequence token hash card ref reference refs suffix');

const contactWords =
  set(`phone phones phonenumber telephone telephones tel mobile cell cellphone cellular fax email emails mail
  emailaddress emailaddr address addresses addr addrs street streets streetname zip zipcode zips zip4 zip5 postal postalcode
  postcode plz city town municipality county residence telecom gps geo gpslocation geopoint latlng latlon latlong latitude longitude lat lng lon coordinates whatsapp pager
  direccion domicilio domicile calle ciudad telefono telefone correo indirizzo endereco codepostal adres straat woonplaats huisnummer ulica citta cidade adresse strasse ort wohnort telefon handy rue ville codigopostal
  personalurl homepage housenumber houseno contactnumber contactno geolocation apt apartment pobox neighborhood msisdn handynummer contactinfo contactdetails demographics`);
const machineWords =
  set(`ip mac host hosts server service remote local endpoint queue bind node pod memory listen socket
  network gateway proxy cluster base web smtp reply noreply sender oncall team support alert alerts alarm ops admin vlan dns source destination callback
  webhook instance broker`);

const traitWords =
  set(`gender sex race ethnicity ethnic religion nationality citizenship pronouns tribe photo photos photourl
  portrait headshot selfie picture faceimage facephoto facescan irisscan thumbprint palmprint geschlecht geslacht sesso genero sexo sexe etnia raza disability pregnant pregnancy marital
  maritalstatus veteran sexualorientation occupation employer`);

const flagWords = set(
  'pregnant pregnancy disability veteran smoker homeless hispanic latino embarazada schwanger',
);

const documentWords = set('resourcetype');
/** These wherever they stand, as in `genderIdentity`. */
const ownTraits = set(
  'gender sex race ethnicity ethnic religion nationality citizenship marital tribal religious geschlecht genero employer',
);
const resourceWords = set('identifier identifiers');

/** Ends of keys that are about a datum, not the datum: `memberCount`, `birthdateFormat`, `ssnPresent`. */
const aboutEnds =
  set(`count counts found matched match matches matching ms millis seconds lookup service services status
  state queue topic version format pattern type types kind flag present valid invalid validated verified available hash
  mapper parser class classname score source system mode table column field fields path error errors result results index
  total size time level eligibility coverage step stage schema missing strategy minutes hours days checked check checks enabled required rate ratio
  gateway host server algorithm resolver builder converter validator handler processor client provider api endpoint bucket
  operation action event job task lane rules rule policy role scope group groups plan plans condition length limit bytes
  changed updated loaded cached provided supplied received sent mismatch count hits misses duration elapsed latency exists
  eligible active inactive enrolled covered masked redacted removed dropped stripped encrypted encoding encoded search
  band bands bracket precision accuracy granularity confidence quality selector template prefix timeout retries attempts mappings mapping lookups module component category tier cluster
  allowed used edit edits unique optional nullable default method mandatory repository store cache database connector adapter
  factory map dao dto entity controller portal segment segments loop qualifier pointer url uri link bundle requests
  request response responses span trace thread process events ok failed success`);
const durationUnits = set('ms millis seconds minutes hours days');
/** Before a name or a number: the name is a thing's. */
const thingWords =
  set(`file class mapper rule host plan method topic column bundle queue service server table job thread
  database db schema index stage step event error code field property parameter param package module function action
  operation resource bucket stream partition cluster node pod container image branch repo environment region zone domain
  display user login product program network system app application tool feature flag metric template document form
  attachment type status level policy group role profile config setting key value attribute element tag segment message
  exchange channel route endpoint api client exception logger bean task process workflow lane pipeline trace span batch
  sequence line page row port version build release order item drug medication procedure diagnosis
  organization tenant account qualified short common canonical simple unique global`);

/** Their holder is a person; a lock's or a lease's is not. */
const holders = set('holder owner');
const heldWords = set('policy contract card account plan certificate coverage');
/** Of these a language is a person's; a document's or a program's is nobody's. */
const spokenBy = set('preferred primary spoken written home native mother first second interpreter');
/** What is worn or implanted, and has a serial number of its own. */
const wornDevices =
  set(`device implant implanted pacemaker stent prosthesis prosthetic wheelchair cpap pump cgm glucometer
  defibrillator ventilator walker lens aid`);
/** A social-security number's, a record's or a beneficiary's, even where a provider is named beside it. */
const alwaysIds = set('ssn ssns itin mrn mrns mbi hicn udi');

const ownWords = set('of for the de del la di der des von da le du');

/** Pieces of keys written without a seam, such as `membername` or `ptnm`; longest first. */
const seams = [
  ...new Set([
    ...personWords,
    ...providerWords,
    ...nameWords,
    ...nameQualifiers,
    ...birthWords,
    ...idEnds,
    ...idSubjects,
    ...stayWords,
    ...numberedPlaces,
    ...[...ownNames].filter((word) => word.length > 4),
    ...['ssn', 'mrn', 'mbi', 'hicn', 'hic', 'itin'],
    ...contactWords,
    ...traitWords,
    'date',
    'home',
    'casa',
    'work',
    'line',
    'details',
    'info',
    'record',
    'data',
    'of',
    'dt',
    'subs',
    'social',
    'medical',
    'medicaid',
    'medicare',
    'mailing',
    'shipping',
    'control',
    'permanent',
    'business',
    'sub',
    'year',
    'place',
    'med',
    'rec',
  ]),
]
  .filter(
    (part) =>
      part.length > 1 &&
      ![
        'emp',
        'pol',
        'key',
        'ref',
        'apt',
        'geo',
        'lat',
        'lon',
        'lng',
        'ort',
        'pan',
        'sex',
        'tel',
        'oid',
        'uid',
        'seq',
        'mid',
        'son',
        'mem',
        'geb',
        'own',
        'lic',
        'lab',
        'org',
        'ids',
        'mom',
        'dad',
        'kid',
      ].includes(part),
  )
  .sort((one, other) => other.length - one.length);

function splitSeams(word: string): string[] {
  if (word.length < 4 || word.length > 40 || isWhole(word)) return [word];
  return split(word, 4) ?? [word];
}

function split(rest: string, most: number): string[] | null {
  if (rest === '') return [];
  if (most === 0) return null;
  for (const part of seams) {
    if (!rest.startsWith(part)) continue;
    const after = split(rest.slice(part.length), most - 1);
    if (after) return [part, ...after];
  }
  return null;
}

function isWhole(word: string): boolean {
  return (
    personWords.has(word) ||
    ownNames.has(word) ||
    birthWords.has(word) ||
    ownIds.has(word) ||
    contactWords.has(word) ||
    traitWords.has(word) ||
    resourceWords.has(word) ||
    documentWords.has(word) ||
    aboutEnds.has(word) ||
    isListedWord(word)
  );
}

/** Elements of X12 and fields of HL7 v2 that hold a person's data, as keys name them: `NM103`, `PID-5.1`. */
const elements: readonly [RegExp, string][] = [
  [/^(?:nm10[3-6]|pid[-._ ][569](?:[-._]\d)?|nk1[-._ ]2(?:[-._]\d)?|in1[-._ ]16)$/i, 'surname'],
  [/^(?:dmg02|pid[-._ ]7)$/i, 'dob'],
  [/^(?:nm109|pid[-._ ](?:2|3|4|18|19)(?:[-._]\d)?|in1[-._ ]36)$/i, 'mrn'],
  [/^(?:n30[12]|n40[1-3]|per0[468]|pid[-._ ]1[134](?:[-._]\d)?)$/i, 'address'],
];

function elementMeaning(key: string): string | null {
  return elements.find(([element]) => element.test(key))?.[1] ?? null;
}

function keyWords(key: string): string[] {
  if (/^d\.o\.b\.?$/i.test(key)) return ['dob'];
  const ofFormat = elementMeaning(key);
  if (ofFormat !== null) return [ofFormat];
  const plain = key.normalize('NFD').replace(/\p{M}/gu, '');
  return wordsOf(plain).flatMap(splitSeams);
}

const judged = new RememberedTexts<KeyMeaning | null>({ longest: 64, most: 2_000 });

/** What a key means, in whatever case, spelling or abbreviation; null when it names nothing of a person. */
export function keyMeaning(key: string): KeyMeaning | null {
  const known = judged.get(key);
  if (known !== undefined) return known;
  return judged.remember(key, judge(keyWords(key)));
}

function judge(words: readonly string[]): KeyMeaning | null {
  const bare = words.filter((word) => !/^\d{1,2}$/.test(word));
  const joined = bare.join('');
  const last = bare.at(-1) ?? '';
  const before = bare.at(-2) ?? '';
  const has = (among: ReadonlySet<string>) => bare.some((word) => among.has(word));
  if (ownNames.has(joined)) return 'name';
  if (birthWords.has(joined)) return 'birth';
  if (ownIds.has(joined)) return 'id';
  if (contactWords.has(joined)) return 'contact';
  if (flagWords.has(joined.replace(/^is|(?:status|indicator|flag|yn)$/g, ''))) return 'flag';
  if (traitWords.has(joined) || joined === 'photourl') return 'trait';
  if (documentWords.has(joined)) return 'document';
  if (resourceWords.has(joined)) return 'resource';
  const ofPerson = has(personWords) || (has(heldWords) && has(holders));
  if (has(traitWords) && /^(?:ur[il]|status|group|identity|code|id)$/.test(last)) return 'trait';
  if (joined.includes('healthplan') && idEnds.has(last) && !weakIdEnds.has(last)) return 'id';
  if (has(birthWords) && /^(?:time|year|month|day)$/.test(last)) return 'birth';
  if (bare[0] === 'age' && /^(?:at|in|on|when)$/.test(bare[1] ?? '') && !durationUnits.has(last))
    return 'birth';
  const isAbout = aboutEnds.has(last) && !(ofPerson && last === 'url');
  if (!isAbout && (has(alwaysIds) || (has(set('tin')) && words.includes('4')))) return 'id';
  if (!isAbout && isStayId(bare)) return 'id';
  if (has(providerWords) && !ofPerson && !isBilledTo(bare)) return 'provider';
  if (isAbout || (last === 'at' && !has(set('age')))) return null;
  if (joined === 'namesuffix' || joined === 'nametitle') return 'maybe-name';
  const name = bare.findIndex((word) => nameWords.has(word));
  if (name >= 0 || has(ownNames)) {
    if (has(ownNames) || bare.length === 1) return 'name';
    if (has(set('employer'))) return 'trait';
    const owner = bare[name - 1] ?? '';
    if (/^(?:city|town|county|street|municipality|ciudad)$/.test(owner)) return 'contact';
    if (nameQualifiers.has(owner) || personWords.has(owner) || ambiguousPersons.has(owner)) return 'name';
    if (mayBePersonWords.has(owner) || /^(?:billing|for|by|caller)$/.test(owner)) return 'maybe-name';
    if (
      name === 0 &&
      bare
        .slice(1)
        .every(
          (word) =>
            ownWords.has(word) ||
            nameWords.has(word) ||
            personWords.has(word) ||
            nameQualifiers.has(word) ||
            /^(?:parts?|components?)$/.test(word),
        )
    )
      return 'name';
    if (name === 0 && /^(?:on|as|at|in|per)$/.test(bare[1] ?? '')) return 'maybe-name';
    if (ofPerson && (!thingWords.has(owner) || owner === 'display')) return 'name';
    return null;
  }
  if (has(birthWords)) return 'birth';
  if (has(set('age ages')) && (bare.length === 1 || ofPerson || has(set('years months at gestational'))))
    return 'birth';
  if (has(ownIds) || (last === 'serial' && has(wornDevices))) return 'id';
  if (bare.includes('language') && (ofPerson || has(spokenBy) || last === 'preference')) return 'trait';
  if (ofPerson && /^(?:ip|ur[il]|ipaddress)$/.test(last)) return 'contact';
  if (/^(?:numero|numer|codigo|codice)$/.test(bare[0] ?? '') && bare.some((word) => idSubjects.has(word)))
    return 'id';
  if (idEnds.has(last) && isIdOf(bare, last, before, ofPerson)) return 'id';
  if (has(set('med medical')) && has(set('rec record'))) return 'id';
  if (bare.includes('soc') && bare.includes('sec')) return 'id';
  if (has(set('license licence')) && has(set('driver drivers'))) return 'id';
  if (last === 'license' || last === 'licence') return has(set('driver drivers driving')) ? 'id' : null;
  if (['certificate', 'policy', 'cert'].includes(last) && numberEnds.has(before)) return 'id';
  const contact = bare.findLastIndex((word) => contactWords.has(word));
  if (contact >= 0 && !has(machineWords) && contact >= bare.length - 2) {
    if (contact === bare.length - 1 || isPartOfAddress(last, before)) return 'contact';
  }
  if (has(ownTraits) || traitWords.has(last)) return 'trait';
  if (maybeNames.has(joined) || last === 'by' || actingFor.has(last)) return 'maybe-name';
  if (joined === 'billingcontact') return 'maybe-name';
  if (joined === 'emergencycontact' || joined === 'responsibleparty') return 'name';
  if (ofPerson)
    return bare.every((word) => ambiguousPersons.has(word) || !personWords.has(word))
      ? 'maybe-name'
      : 'person';
  return null;
}

function isPartOfAddress(last: string, before: string): boolean {
  if (last === 'id') return before !== 'cell';
  if (last === 'code' || last === 'cd') return /^(?:postal|zip|post)$/.test(before);
  return /^(?:lines?|num(?:ber)?|no|nbr|address|addr|text|info|name|details|ext|home|work|one|two|billing|mailing|shipping|legal|current|previous|permanent|temporary|casa|trabajo|movil|fijo|privat|prive|domicile)$/.test(
    last,
  );
}

/** `visitNumber`, `encounter_id`, `caseNumber`, `bedNo`, `numberOfVisit`, `hospitalNo`, `billingAccountNumber`; not `numVisits` or `noVisit`. */
function isStayId(words: readonly string[]): boolean {
  const [first = '', second = ''] = words.filter((word) => !ownWords.has(word));
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (stayIdEnds.has(last) && stayWords.has(before)) return true;
  if (numberEnds.has(last) && last !== 'digits' && numberedPlaces.has(before)) return true;
  if (first !== 'no' && stayIdEnds.has(first) && stayWords.has(second)) return words.at(-1) === second;
  const isNumbered = numberEnds.has(last) && last !== 'card' && last !== 'code';
  if (isNumbered && patientsOf.has(before)) return words.length === 2;
  return isNumbered && /^(?:account|acct)$/.test(before) && words.some((word) => billers.has(word));
}

/** The address and phone that a bill goes to are a person's, unless it is a billing provider's. */
function isBilledTo(words: readonly string[]): boolean {
  const [provider, ...others] = words.filter((word) => providerWords.has(word));
  if (provider !== 'billing' || others.length > 0) return false;
  return words.some((word) => contactWords.has(word) || nameWords.has(word) || word === 'contact');
}

function isIdOf(words: readonly string[], last: string, before: string, ofPerson: boolean): boolean {
  const sure = words.some((word) => personWords.has(word) && !ambiguousPersons.has(word));
  if (aboutEnds.has(before) && !idSubjects.has(before)) return false;
  if (sure) return true;
  if (ofPerson)
    return (
      !weakIdEnds.has(last) && !words.includes('process') && !['parent', 'child', 'children'].includes(before)
    );
  if (words[0] === 'sub' && words.length === 2) return !weakIdEnds.has(last);
  if (weakIdEnds.has(last) && last !== 'card') return false;
  const subject = words.find((word) => idSubjects.has(word));
  if (subject === undefined) return false;
  return !words.some((word) => numberedOnly.has(word)) || numberEnds.has(last);
}

/** Said of a field instead of its value: `{"dob":"MISSING"}`. */
const verdicts =
  set(`missing invalid required absent present mismatch mismatched empty blank null none unknown ok valid match
  matched verified unverified masked redacted removed yes no true false na omitted malformed unchanged changed ignored
  found not required optional error hashed encrypted`);

/** Whether a value under a key of this meaning is personal data. Flags, counts, verdicts and digests about it are not. */
export function isPhiUnder(meaning: KeyMeaning, value: unknown): boolean {
  if (meaning === 'provider' || value === null || value === undefined) return false;
  if (typeof value === 'boolean') return meaning === 'flag';
  if (typeof value === 'object') return isPhiObjectUnder(meaning, value);
  if (typeof value === 'number') return isPhiNumberUnder(meaning, value);
  if (typeof value !== 'string') return false;
  const text = plainForm(value).trim();
  if (meaning === 'flag' && /^(?:y|yes|n|no|true|false)$/i.test(text)) return true;
  if (!/[\p{L}\d]/u.test(text) || isDigest(text) || isVerdict(text)) return false;
  if (meaning === 'resource') return false;
  if (meaning === 'maybe-name') return looksLikeName(text);
  // Groups of digits are no words of the trade.
  if (meaning === 'person') return !isTradeText(text) || text.replace(/\D/g, '').length > 4;
  // A cell of a network, the region of a cloud.
  if (meaning === 'contact') return !(/^[a-z]{2,}(?:-[a-z\d]{1,12})+$/.test(text) && isTradeText(text));
  return true;
}

function isPhiNumberUnder(meaning: KeyMeaning, value: number): boolean {
  if (meaning === 'birth' || meaning === 'id') return true;
  // A smaller whole number counts lines or stands for a kind.
  if (meaning === 'contact') return value >= 100 || !Number.isInteger(value);
  if (meaning === 'trait' || meaning === 'flag') return value >= 0 && value < 150;
  return meaning === 'person' && value >= 10_000;
}

function isPhiObjectUnder(meaning: KeyMeaning, value: object): boolean {
  if (Array.isArray(value)) return value.some((item) => isPhiUnder(meaning, item));
  if (meaning === 'maybe-name') return false;
  return Object.values(value).some((item) => typeof item !== 'boolean' && item !== null);
}

function isDigest(text: string): boolean {
  return (
    /^(?:sha-?\d*|md5|hmac|hash|tok(?:en)?)[:_-][\w+/=-]+$/i.test(text) ||
    /^(?:[0-9a-f]{32,128}|[0-9a-f]{2}(?::[0-9a-f]{2}){3,})$/i.test(text)
  );
}

function isVerdict(text: string): boolean {
  const words = wordsOf(text);
  if (/^n\/?a$/i.test(text)) return true;
  return words.length > 0 && words.length <= 4 && words.every((word) => verdicts.has(word));
}

/** What joins the words of a family's name: `van der Berg`. */
const particles = set('van von der den de la las los del di da dos das ten ter bin ibn al el');

/** Whether a text reads as a person's name: letters in one to five words, not all of them of the trade. */
export function looksLikeName(text: string): boolean {
  if (!/^[\p{L}\p{M}][\p{L}\p{M}.,' -]{1,60}$/u.test(text)) return false;
  const words = text.split(/[\s,.]+/).filter((word) => word !== '');
  // As people sign in: `rosa.castellano`.
  if (/^\p{L}{2,}\.\p{L}{2,}$/u.test(text))
    return words.every((word) => nameKind(word) !== null || !isTradeWord(word.toLowerCase()));
  if (words.length > 5 || /[a-z]-[a-z]/.test(text)) return false;
  if (words.some((word) => nameKind(word)?.sure === true)) return true;
  return (
    words.every((word) => /^\p{Lu}/u.test(word) || particles.has(word)) &&
    words.some((word) => /^\p{Lu}/u.test(word)) &&
    !words.some((word) => isTradeWord(word.toLowerCase()) || isNameOfProgram(word))
  );
}

/** `PasMapper`, which `McKenzie` is not. */
function isNameOfProgram(word: string): boolean {
  return /\p{Ll}\p{Lu}/u.test(word) && wordsOf(word).some(isTradeWord);
}

/** Whether a text is made of words of the trade, codes and short numbers: an enumeration's value, not a person's datum. */
export function isTradeText(text: string): boolean {
  const words = wordsOf(text);
  return (
    words.some((word) => word.length > 1) &&
    words.every((word) => /^\d{1,3}$/.test(word) || word.length === 1 || isTradeWord(word))
  );
}

/** Whether a key is the name of a thing, as `channelName` is. */
export function isNameOfThing(key: string): boolean {
  const words = keyWords(key);
  return nameWords.has(words.at(-1) ?? '') && thingWords.has(words.at(-2) ?? '') && words.at(-2) !== 'user';
}

const fieldNames = new RememberedTexts<boolean>({ longest: 64, most: 2_000 });

/** Whether every word of a key is one that keys are made of; any other may be somebody's name. */
export function isFieldName(key: string): boolean {
  const known = fieldNames.get(key);
  if (known !== undefined) return known;
  return fieldNames.remember(key, areFieldWords(keyWords(key)));
}

function areFieldWords(words: readonly string[]): boolean {
  return (
    words.length > 0 &&
    words.length <= 8 &&
    words.every(
      (word) =>
        word.length === 1 || /^\d{1,2}$/.test(word) || (isWhole(word) && nameKind(word)?.sure !== true),
    )
  );
}
