import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskErrorMessage } from '../../lib/domain/mask-error-message.ts';

describe('an error text', () => {
  it.each([
    'Read timed out after 30000 ms calling https://carelon.example/api/v1 at 2025-12-26T14:51:34.578Z',
    'java.lang.NullPointerException: Cannot invoke "String.length()" because "name" is null\n\tat com.pagw.Parser.parse(Parser.java:77)',
    's3://bucket/2025/12/26/PAGW-20251226-00005-A7CEB2B3.json is missing',
    'HTTP 503 from queueName=pagw-request-parser-queue.fifo, serviceName=pas-request-parser, worker pas-app-65b67c6dd8-l8mvr',
    'Connection refused: db.internal:5432 (attempt 3 of 5)',
    // Nothing is quoted.
    'Cannot deserialize value of type LocalDate from String "": cannot coerce empty String',
    "Duplicate entry '' for key 'uk_ref'",
    "Text '' could not be parsed at index 0",
    'rejected value [null]; codes [NotNull.member.id]',
    'Member Gateway is unavailable, patient index is cold',
  ])('without personal data stays as it is: %s', (text) => {
    expect(maskErrorMessage(text)).toBe(text);
  });

  it.each([
    [
      'ERROR: null value\n  Detail: Failing row contains (1, Jane\nDoe), 1980-02-03, 90210).',
      ['Jane', 'Doe', '1980', '90210'],
    ],
    ['Detail: Key (member_no, dob)=(W123, 1980-02-03) already exists.', ['W123', '1980']],
    ["Text '1980-13-45' could not be parsed at index 5", ['1980']],
    ['For input string: "Smith"', ['Smith']],
    ['Cannot deserialize value of type LocalDate from String "Smith"', ['Smith']],
    ['Date of birth 02/03/1980 is in the future', ['1980']],
    ['service date 2025-01-03 before coverage 2025-02-01', ['2025']],
    ['name=Jane Doe, code=12', ['Jane', 'Doe']],
    ['{"lastName":"Doe \\" Smith","code":12}', ['Doe', 'Smith']],
    ['Patient Jane Doe not found', ['Jane', 'Doe']],
    ['Error: Rejected: birthDate=2980-02-03, x=dob=5/6/80', ['2980', '80']],
    ['cannot parse {"resourceType":"Patient","name":[{"family":"Doe"}]}', ['Doe', 'family']],
    ['SSN 123-45-6789, mail jane.doe@example.com, tel (555) 123-4567', ['6789', 'jane', '4567']],
    ['zip code 90210; Los Angeles, CA 90211; 90212-1234', ['90210', '90211', '90212', '1234']],
    ['Member ID: W1234567 not eligible', ['W1234567']],
    ['NM1*IL*1*DOE*JANE****MI*W123~DMG*D8*19800203*F~', ['DOE', 'JANE', '1980']],
    ['invalid input syntax for type date: "1980-02-33"', ['1980']],
    ['Where: JSON data, line 1: {"x":"Doe"', ['Doe']],
    ['duplicate key value is (H77102938)', ['H7710']],
    ['no coverage for patient Vang', ['Vang']],
    ['Subscriber Wolde has two spans, member OKONJO: none', ['Wolde', 'OKONJO']],
    ["values ('Krzyzewski','Mika',DATE '1947-02-13')", ['Krzyzewski', 'Mika', '1947']],
    ['Auth for baby boy Fonua rejected', ['Fonua']],
    ['Unparseable date: "05171949"', ['1949']],
    ['DOB03091972', ['1972']],
    ['No such patient: okonjo_zainab', ['okonjo']],
    ['expected [Zainab] actual [Zaynab] for firstName', ['Zainab', 'Zaynab']],
    ['Card 800123456701 inactive', ['8001']],
    ['Bad row: W55512399;Raman;Priya;19711130', ['W555', 'Raman', 'Priya', '1971']],
    ['No such key: inbox/RAMAN_PRIYA_19711130.xml', ['RAMAN', 'PRIYA', '1971']],
    ['unknown subscriber RAMAN/PRIYA', ['RAMAN', 'PRIYA']],
    ['policy holder: RAMAN, PRIYA K, code 3', ['RAMAN', 'PRIYA']],
    ['case number 889123 is closed, FIN 700123459', ['889123', '700123459']],
  ])('has its personal data masked: %s', (text, secrets) => {
    const masked = maskErrorMessage(text);
    expect(masked).toContain('[masked]');
    expect(secrets.filter((secret) => masked.includes(secret))).toEqual([]);
  });

  it.each([
    'TLS handshake failed: certificate expired on 2026-01-31',
    'CPT 27447 requires prior authorization under policy SURG-012',
    'batch;PARSING;FAILED;20260201',
    'file CLAIMS_GENERIC_20140101.x12 too large',
    'unknown subscriber type GROUP/INDIVIDUAL',
  ])('stays as it is where the same form holds none: %s', (text) => {
    expect(maskErrorMessage(text)).toBe(text);
  });

  it('keeps what is around the masked part', () => {
    expect(maskErrorMessage('name=Jane Doe, serviceName=pas-request-parser')).toBe(
      'name=[masked], serviceName=pas-request-parser',
    );
    expect(maskErrorMessage('Detail: Key (a)=(b) already exists.')).toBe(
      'Detail: Key ([masked]) already exists.',
    );
  });

  it('is cut at 4,000 characters with a mark, never within a surrogate pair', () => {
    expect(maskErrorMessage('x'.repeat(4000))).toBe('x'.repeat(4000));
    for (const text of ['x'.repeat(4001), 'x😀'.repeat(1500), '😀'.repeat(500_000), 'a@'.repeat(500_000)]) {
      const cut = maskErrorMessage(text);
      expect(cut).toHaveLength(4000);
      expect(cut.endsWith('… [cut]')).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
    }
  });

  it('hides what lies across the cut', () => {
    expect(maskErrorMessage(`${'x'.repeat(3_985)} 123-45-6789 and so on`)).not.toContain('123');
  });

  it('hides identifiers whatever stands around them', () => {
    const fragment = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        'name=Jane',
        ' 123-45-6789',
        'Key (a)=(b)',
        '{"dob":"1980-01-01"}',
        ' a@b.com ',
        'Patient Jane Doe',
      ),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 8 }), (fragments) => {
        const masked = maskErrorMessage(fragments.join(' '));
        expect(masked).not.toContain('123-45-6789');
        expect(masked).not.toContain('a@b.com');
      }),
    );
  });
});
