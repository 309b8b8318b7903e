import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPhi, parsePhiGuard } from '../../lib/domain/phi-guard.ts';
import { refusalWith } from './support/message.ts';

describe('metadata that passes', () => {
  it.each([
    { requestType: 'SUBMIT', syncMode: true },
    { mode: 'SYNC', disposition: 'APPROVED' },
    { attachmentCount: 0, hasAttachments: false, diagnosisCount: 3, procedureCount: 5, hasUrgent: false },
    { errorCount: 0, warningCount: 1 },
    { sourcesUsed: 'ELIGIBILITY_SERVICE,PROVIDER_DIRECTORY', sourceCount: 2 },
    { targetSystem: 'carelon', externalId: 'EXT-2565629D', isAsync: false, status: 'ACCEPTED' },
    { outcome: 'partial', disposition: 'Partially Certified' },
    { subscriptionCount: 1 },
    { destinationQueue: 'pagw-request-parser-queue.fifo', retryCount: 0 },
    {
      serviceName: 'pas-request-parser',
      workerId: 'pasrequestparser-app-65b67c6dd8-l8mvr',
      className: 'Parser',
    },
    { fileName: 'a.json', queueName: 'q', hostname: 'h', username: 'svc-pagw', ipAddress: '10.1.2.3' },
    { memberCount: 2, patientCount: 1, hasEmail: true, email: true, phoneValidated: true, memberId: null },
    { emailQueue: 'mail.fifo', resources: { cpu: 1 }, note: 'name: request queue' },
    { at: '2025-12-26T14:51:34.578Z', serviceDate: '2025-12-26', offset: '2025-12-26T14:51:34+0000' },
    { arn: 'arn:aws:sqs:us-east-1:123456789012:pagw-events.fifo', key: 's3://pagw/2025/12/26/PAGW-1.json' },
    { trace: '1-5759e988-bd862e3fe1be46a994272793', version: '1.2.3', ip: '192.168.100.200:8080' },
  ])('%j', (metadata) => {
    expect(findPhi(metadata)).toBeNull();
  });

  it('whatever UUIDs and times it holds', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.date({ noInvalidDate: true }), (id, at) => {
        expect(findPhi({ id, at: at.toISOString() })).toBeNull();
      }),
    );
  });
});

describe('denied keys', () => {
  it.each([
    ...[
      'memberName',
      'MEMBER_NAME',
      'member-name',
      'membername',
      'patientFirstName',
      'last_name',
      'name',
      'surname',
    ],
    ...['dob', 'DOB', 'dateOfBirth', 'birth_date', 'birthDate', 'patientDob'],
    ...[
      'memberId',
      'member_id',
      'subscriberId',
      'SubscriberNumber',
      'ssn',
      'patientSSN',
      'mrn',
      'medicalRecordNumber',
    ],
    ...[
      'address',
      'homeAddress',
      'address_line_1',
      'postalCode',
      'zip',
      'phone',
      'homePhone2',
      'email',
      'emailAddress',
    ],
    ...['patient', 'subscriber', 'telecom', 'resourceType', 'mem\u200bberName', 'ｍｅｍｂｅｒＩｄ'],
  ])('%s', (key) => {
    expect(findPhi({ [key]: 'x' })).toMatchObject({ rule: 'denied-key' });
  });

  const casings = [
    (words: string[]) => words.join('_'),
    (words: string[]) => words.join('-').toUpperCase(),
    (words: string[]) => words.join(''),
    (words: string[]) => words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join(''),
  ];

  it.each([
    ...[
      'hospital number',
      'hospital no',
      'clinic nbr',
      'visit number',
      'visit id',
      'encounter no',
      'encounter id',
    ],
    ...['number of visit', 'admission number', 'stay id', 'episode no', 'prescription number', 'rx number'],
    ...['accession no', 'hospital account number', 'billing account no', 'patient control number'],
    ...[
      'billing address',
      'billing city',
      'billing street',
      'billing zip',
      'billing phone',
      'shipping address',
    ],
    ...['case number', 'room no', 'bed number', 'fin', 'fin number', 'specimen id', 'hic number', 'pt fname'],
    ...['versicherten nummer', 'codice fiscale', 'numero secu', 'telefono casa', 'data nascita'],
  ])('of a stay, an account or a bill, in any casing: %s', (name) => {
    for (const casing of casings) {
      expect(findPhi({ [casing(name.split(' '))]: 'x1' }), name).toMatchObject({ rule: 'denied-key' });
    }
  });

  it.each([
    ...[
      'hospital id',
      'hospital code',
      'hospital name',
      'facility id',
      'billing provider npi',
      'billing provider address',
    ],
    ...[
      'billing code',
      'billing status',
      'billing group',
      'visit type',
      'visit count',
      'number of visits',
      'num visits',
    ],
    ...[
      'visit limit',
      'encounter class',
      'encounter type',
      'admission type',
      'billing account id',
      'account id',
    ],
    ...['case id', 'room type', 'bed days', 'patient age band', 'birth date precision', 'order number'],
  ])('but not of a provider, a kind or a count: %s', (name) => {
    for (const casing of casings) expect(findPhi({ [casing(name.split(' '))]: 'B12' }), name).toBeNull();
  });

  it('at any depth, in arrays and in metadata that is a string', () => {
    expect(findPhi({ a: [{ b: { memberName: 'x' } }] })).toEqual({
      path: '/a/0/b/memberName',
      rule: 'denied-key',
    });
    expect(refusalWith({ metadata: '{"deep":[{"ssn":1}]}' })).toMatchObject({
      code: 'METADATA_PHI_SUSPECTED',
      path: '/metadata/deep/0/ssn',
      rule: 'denied-key',
    });
  });

  it.each([
    { expiredDate: '2025-03-01' },
    { tin4: '6789' },
    { universalId: 'W880012345' },
    { preferredLanguage: 'Spanish' },
    { ageAtAdmission: 64 },
    { patientIp: '73.12.4.9' },
    { contractHolderId: 'CH771233' },
    { providerSsn: '123-45-6789' },
  ])('where a word that is no matter of a person ends or begins the key: %j', (metadata) => {
    expect(findPhi(metadata)).toMatchObject({ rule: 'denied-key' });
  });

  it('as the label of a value beside it', () => {
    for (const pair of [
      { name: 'lastName', value: 'Whitfield' },
      { field: 'member.dob', before: null, value: '1961-04-11' },
      { url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race', valueString: 'Asian' },
      ['memberId', 'W880012345'],
    ]) {
      expect(findPhi({ steps: [pair] })).toEqual({ path: '/steps/0', rule: 'value-pattern' });
    }
    expect(findPhi({ fields: ['memberId', 'dob'], segments: ['NM1', 'DMG'] })).toBeNull();
    expect(findPhi({ rule: { field: 'memberId', value: 'required' } })).toBeNull();
  });

  it('a FHIR resource, as an object or inside a string', () => {
    expect(findPhi({ payload: { resourceType: 'Bundle', entry: [] } })).toMatchObject({ rule: 'denied-key' });
    expect(findPhi({ payload: '{"resourceType":"Patient"}' })).toMatchObject({ rule: 'value-pattern' });
    expect(findPhi({ payload: '{"lastName":"Doe"}' })).toMatchObject({ rule: 'value-pattern' });
  });
});

describe('denied values', () => {
  it.each([
    'SN: 4412-AA-9031',
    'S/N: PM-442710-X',
    'Thandiwe Mokoena called about her auth',
    'Mokoena, Thandiwe 04/11/2031',
    'D. Sokolov wants a review',
    'mbr JQU442W71009 is active',
    'IP address of member: 73.12.4.9',
    'SSN 123-45-6789',
    '123‑45‑6789',
    'ssn: 123456789',
    'write to jane.doe@example.com please',
    'call (555) 123-4567',
    '555-123-4567',
    '+1 555 123 4567',
    '+14155550123',
    'dob 1980-02-03',
    'date of birth: 02/03/1980',
    'born 3 January 1980',
    'birthdate=19800203',
    'member id: W123456789',
    'GET /fhir/Patient/a-123',
    'row: x=dob=1',
    'NM1*IL*1*DOE*JANE~',
    'PID|1||12345^^^MRN||DOE^JANE',
  ])('%s', (value) => {
    expect(findPhi({ detail: value })).toEqual({ path: '/detail', rule: 'value-pattern' });
  });

  it('in a key, which the path then does not show', () => {
    expect(findPhi({ 'jane.doe@example.com': 1 })).toEqual({ path: '/*', rule: 'value-pattern' });
    expect(findPhi({ 'Jane Doe, 1980': { dob: 1 } })).toEqual({ path: '/*', rule: 'value-pattern' });
    expect(findPhi({ JaneDoe: 1 })).toEqual({ path: '/*', rule: 'value-pattern' });
    expect(findPhi({ Whitfield: { dob: 1 } })).toEqual({ path: '/*/dob', rule: 'denied-key' });
  });
});

describe('in the words of payers’ systems', () => {
  it.each([
    [{ columns: ['LAST_NAME', 'FIRST_NAME'], values: ['Nakamura', 'Keiko'] }],
    [{ headers: ['ssn'], data: ['219099999'] }],
    [{ field: 'lastName', found: 'Thorvaldsen' }],
    [{ clinicalNote: 'Patient presents with chronic low back pain' }],
    [{ msg: 'Eligibility inactive for ROSA CASTELLANO' }],
    [{ text: "Patient.name[0].family: value 'Castellano' invalid" }],
    [{ text: "Patient.name[1].given[0]: value 'Siobhan' invalid" }],
    [{ text: 'Expected ROSA but was ROSALIA for first name' }],
    [{ text: 'first name: expected <Rosalind> but was <Rosalynd>' }],
    [{ text: 'Unable to find Patient/Wojtowicz-Angela' }],
    [{ note: 'verified w/ Femke de Vries (spouse)' }],
    [{ note: 'señora Arrieta pidió cita' }],
    [{ note: 'HIV positive' }],
    [{ note: 'history of alcoholism, treated for hepatitis' }],
    [{ healthcareAttorney: 'Lubomir Havel' }],
    [{ nameOnFile: 'Desta Wolde' }],
    [{ policyOwner: 'Eero Lehtonen' }],
    [{ at: '37.0834,-88.6001' }],
    [{ text: '219099999 found twice in SSN index' }],
    [{ text: 'H77102938 duplicate member' }],
    [{ text: 'H77102938;OKONJO;ZAINAB;17.05.1949' }],
    [{ query: 'fn=Teuila&ln=Leota' }],
  ])('is found: %j', (metadata) => {
    expect(findPhi(metadata)).not.toBeNull();
  });

  it.each([
    [{ columns: ['lastName', 'dob'], types: ['string', 'date'], counts: [3, 4] }],
    [{ fields: ['dob', 'ssn'], rules: ['date', '9-digit'] }],
    [{ headers: ['patient', 'provider'], values: ['present', 'absent'] }],
    [{ support: 'call 1-800-555-0100', owner: 'um-ops@payer.example' }],
    [{ text: 'Expected String but was Null for field firstName' }],
    [{ text: 'Patient/Claim-Response link missing' }],
    [{ text: 'Waiting for Grace Period to end' }],
    [{ text: 'Timeout for Faith Regional Hospital' }],
    [{ text: 'RabbitMQ Shovel stopped' }],
    [{ text: 'Missing HL*3 in 2000C' }],
    [{ text: 'offset 12.5000, -3.2500' }],
  ])('is not alarmed by %j', (metadata) => {
    expect(findPhi(metadata)).toBeNull();
  });
});

describe('the strict level', () => {
  const strict = parsePhiGuard('{"level":"strict","metadataKeys":["plan_tier"]}');

  it.each([
    { step: 'RETRYING', attempt: 2, isLast: false, nothing: null },
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', image: 'registry.internal/pagw:1.4.2' },
    { at: '2025-12-26T14:51:34.578Z', day: '2025-12-26', cron: '0 0 12 * * ?' },
    { issue: 'Coverage.subscriberId is required', size: '10 x 20 cm', amount: 'USD 1,250.00' },
    { planTier: 'Gold with dental, since spring', targetSystem: 'Availity Essentials Pro' },
    { orderingProvider: 'Adams, Scott MD', messageType: 'ORU^R01', fhirResource: 'ClaimResponse' },
    { channelName: 'Da Vinci PAS', json: '{"count":3}' },
    { gateway: 'Kong 3.5', ehrSystem: 'Cerner Millennium', drug: 'semaglutide 2 mg/3 mL', ratio: '±20 %' },
    { transition: 'PENDED → APPROVED', expression: '^[A-Z]{3}\\d{9}$', phase: 'awaiting remapped codes' },
  ])('takes numbers, flags, ids, times, codes and words of the trade: %j', (metadata) => {
    expect(findPhi(metadata, strict)).toBeNull();
  });

  it.each([
    'Zbigniew wants a call',
    'Whitfield, Thandiwe',
    'left knee, second try by the aunt',
    'Garcia',
    'x'.repeat(300),
  ])('refuses free text under a key that is not known: %s', (text) => {
    expect(findPhi({ step: text }, strict)).not.toBeNull();
    expect(findPhi({ steps: [{ inner: text }] }, strict)).not.toBeNull();
  });

  it('tells it by its rule, and tells a setting that it cannot read', () => {
    expect(findPhi({ step: 'the aunt wants a call' }, strict)).toEqual({ path: '/step', rule: 'free-text' });
    expect(() => parsePhiGuard('{"level":"lax"}')).toThrow(/PHI guard settings.*level/);
  });
});

it('verdicts, counts, flags and digests about personal data pass', () => {
  const about = {
    dob: 'MISSING',
    ssn: null,
    memberId: '',
    memberCount: 3,
    patientRef: 'sha256:ab12',
    hasDob: true,
  };
  expect(findPhi(about)).toBeNull();
});

it("a provider's name, address and phone number pass; a patient's beside them do not", () => {
  expect(
    findPhi({ providerName: 'Jane Doe', providerPhone: '317-555-0123', facilityZip: '46032' }),
  ).toBeNull();
  expect(findPhi({ providerName: 'x', patientPhone: '317-555-0123' })).toMatchObject({
    path: '/patientPhone',
  });
  expect(findPhi({ providerName: 'SSN 123-45-6789' })).not.toBeNull();
});

it.each([
  ['Dr. Emily Chen saw Robert Brown', true],
  ['called about Robert Brown', true],
  ['referred by Dr. Chen for Mary Jones', true],
  ['LabCorp on behalf of Jane Roe', true],
  ['Hospital of the University of Pennsylvania', false],
  ['St. Mary Medical Center for Women', false],
  ['Ludwig van den Berg MD', false],
  ['acme home health llc', false],
])("a provider's name is public, not what is told of somebody: %s", (attending, isRefused) => {
  for (const level of ['patterns', 'strict'])
    expect(findPhi({ attending }, parsePhiGuard(JSON.stringify({ level }))) !== null, level).toBe(isRefused);
});
