/** Keys that name a person's data whatever they hold; compared without case and separators. */
const deniedKeys: ReadonlySet<string> = new Set([
  ...['name', 'names', 'humanname', 'dob', 'birth', 'ssn', 'ssns', 'mrn', 'mbi', 'hicn', 'surname'],
  ...['address', 'addresses', 'postal', 'postcode', 'telecom', 'contactinfo', 'demographics'],
  ...['resourcetype', 'fhirbundle', 'fhirresource', 'fhirpayload', 'medicaidid', 'medicareid'],
]);

/** Denied alike, but for a flag: `"email": true` says only that there is one. */
const deniedUnlessFlag: ReadonlySet<string> = new Set([
  ...['phone', 'phones', 'telephone', 'tel', 'mobile', 'cell', 'fax', 'email', 'emails', 'photo'],
  ...['street', 'addr', 'zip'],
]);

/** Compounds that name a person's data wherever they stand inside a key, as in `newPatientFirstName2`. */
const deniedCompounds = [
  ...['firstname', 'lastname', 'middlename', 'givenname', 'familyname', 'fullname', 'surname', 'maidenname'],
  ...['patientname', 'membername', 'subscribername', 'beneficiaryname', 'dependentname', 'insuredname'],
  ...['guarantorname', 'policyholdername', 'personname', 'contactname'],
  ...['birthdate', 'dateofbirth', 'birthday', 'birthdt', 'birthyear', 'birthplace', 'deceaseddate'],
  ...[
    'dateofdeath',
    'deathdate',
    'socialsecurity',
    'medicalrecordn',
    'driverslicen',
    'driverlicen',
    'passportn',
  ],
  ...['memberid', 'membernumber', 'memberno', 'membershipid', 'membershipnumber', 'subscriberid'],
  ...[
    'subscribernumber',
    'subscriberno',
    'patientid',
    'patientnumber',
    'beneficiaryid',
    'dependentid',
    'insuredid',
  ],
  ...['policyholderid', 'healthcardn', 'insurancecardn', 'emailaddr', 'emailid', 'streetaddr', 'homeaddr'],
  ...['mailingaddr', 'addressline', 'postaladdr', 'postalcode', 'zipcode', 'phonen', 'mobilen', 'telephonen'],
  ...['patientaddr', 'memberaddr', 'patientphone', 'memberphone', 'patientemail', 'memberemail'],
];

/** Denied where they end a key, as in `homePhone` or `patient_dob_1`; not where they begin one, as in `emailQueue`. */
const deniedLastWords: ReadonlySet<string> = new Set([
  ...['dob', 'ssn', 'mrn', 'phone', 'telephone', 'fax', 'email', 'zip', 'birth', 'surname'],
  ...['address', 'addresses', 'emails', 'phones', 'ssns', 'dobs'],
]);

/** Addresses of machines, not of people. */
const machineWords: ReadonlySet<string> = new Set([
  ...[
    'ip',
    'mac',
    'host',
    'server',
    'service',
    'remote',
    'local',
    'endpoint',
    'queue',
    'bind',
    'node',
    'pod',
  ],
]);

/** A person under a key of its own; a number or a flag there is a count or a check. */
const personKeys: ReadonlySet<string> = new Set([
  ...[
    'patient',
    'patients',
    'member',
    'members',
    'subscriber',
    'beneficiary',
    'dependent',
    'insured',
    'person',
  ],
  ...['guarantor', 'policyholder'],
]);
/** Parts of FHIR resources; the resources themselves are known by their resourceType. */
const resourceParts: ReadonlySet<string> = new Set([...['identifier', 'identifiers', 'relatedperson']]);

/** Whether a metadata key names personal data, judged with its value: flags and counts about it are harmless. */
export function isDeniedKey(key: string, value: unknown): boolean {
  const words = wordsOf(key);
  const joined = words.join('');
  if (deniedKeys.has(joined)) return true;
  if (typeof value === 'boolean' || value === null) return false;
  if (deniedUnlessFlag.has(joined)) return true;
  if (personKeys.has(joined)) return typeof value !== 'number';
  if (resourceParts.has(joined)) return typeof value === 'object';
  if (words.at(-1) === 'count') return false;
  return deniedCompounds.some((compound) => joined.includes(compound)) || endsInDeniedWord(words);
}

const tellingTextKeys: ReadonlySet<string> = new Set([
  'dob',
  'ssn',
  'mrn',
  'mbi',
  'hicn',
  'surname',
  'resourcetype',
]);

/** Whether a key in running text betrays its value; `name: …` or `email: …` there may well be a queue's. */
export function isDeniedTextKey(key: string): boolean {
  const joined = wordsOf(key).join('');
  return tellingTextKeys.has(joined) || deniedCompounds.some((compound) => joined.includes(compound));
}

function endsInDeniedWord(words: readonly string[]): boolean {
  const numbered = /^\d+$/.test(words.at(-1) ?? '');
  const last = words.at(numbered ? -2 : -1) ?? '';
  return deniedLastWords.has(last) && !words.some((word) => machineWords.has(word));
}

function wordsOf(key: string): string[] {
  return key
    .slice(0, 256)
    .normalize('NFKC')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
