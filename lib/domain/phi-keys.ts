/** Keys that name a person's data whatever they hold; compared without case and separators. */
const deniedKeys: ReadonlySet<string> = new Set([
  ...['name', 'names', 'humanname', 'dob', 'birth', 'ssn', 'ssns', 'mrn', 'mbi', 'hicn', 'pcn', 'itin'],
  ...['address', 'addresses', 'street', 'addr', 'zip', 'postal', 'postcode', 'telecom', 'contactinfo'],
  ...['phone', 'phones', 'telephone', 'tel', 'mobile', 'cell', 'fax', 'email', 'emails', 'photo'],
  ...[
    'resourcetype',
    'fhirbundle',
    'fhirresource',
    'fhirpayload',
    'demographics',
    'medicaidid',
    'medicareid',
  ],
]);

/** Compounds that name a person's data wherever they stand inside a key, as in `newPatientFirstName2`. */
const deniedCompounds = [
  ...['firstname', 'lastname', 'middlename', 'givenname', 'familyname', 'fullname', 'surname', 'maidenname'],
  ...['patientname', 'membername', 'subscribername', 'beneficiaryname', 'dependentname', 'insuredname'],
  ...['guarantorname', 'policyholdername', 'personname', 'contactname', 'legalname', 'displayname'],
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

/** A person or a FHIR resource under a key of its own; a number or a flag there is a count or a check. */
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
const resourceKeys: ReadonlySet<string> = new Set([
  ...['bundle', 'resource', 'resources', 'claim', 'claimresponse', 'coverage', 'relatedperson', 'identifier'],
]);

/** Whether a metadata key names personal data, judged with its value: flags and counts about it are harmless. */
export function isDeniedKey(key: string, value: unknown): boolean {
  const words = wordsOf(key);
  const joined = words.join('');
  if (deniedKeys.has(joined)) return true;
  if (typeof value === 'boolean' || value === null) return false;
  if (personKeys.has(joined)) return typeof value !== 'number';
  if (resourceKeys.has(joined)) return typeof value === 'object';
  if (words.at(-1) === 'count') return false;
  return deniedCompounds.some((compound) => joined.includes(compound)) || endsInDeniedWord(words);
}

/** Whether a key is too telling to stand alone in running text, where `name: …` may well be a queue's. */
export function isDeniedTextKey(key: string): boolean {
  const joined = wordsOf(key).join('');
  return joined !== 'name' && joined !== 'names' && joined !== 'address' && isDeniedKey(key, 0);
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
