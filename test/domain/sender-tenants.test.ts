import { expect, it } from 'vitest';
import { parseSenderTenants } from '../../lib/domain/sender-tenants.ts';

it('binds nobody where nothing is set', () => {
  for (const setting of [undefined, ' '])
    expect(parseSenderTenants(setting).tenantsOf('AROAEXAMPLEID:session')).toBeNull();
});

it('goes by the id before the colon, and by tenants as events have them', () => {
  const senders = parseSenderTenants('{"AROAEXAMPLEID":[" Anthem "],"AIDAEXAMPLEID":["*"]}');
  expect(senders.tenantsOf('AROAEXAMPLEID:any')).toEqual(new Set(['anthem']));
  expect(senders.tenantsOf('AIDAEXAMPLEID')).toBeNull();
  for (const stranger of ['any:AROAEXAMPLEID', 'aroaexampleid', 'AROAEXAMPLEIDX', '', null, '__proto__'])
    expect(senders.tenantsOf(stranger), String(stranger)).toEqual(new Set());
});

it.each([
  ['{}', /name a sender/],
  ['{"AROAEXAMPLEID:session":["anthem"]}', /before the ':'/],
  ['{"AROAEXAMPLEID":[]}', /AROAEXAMPLEID/],
  ['{"AROAEXAMPLEID":"anthem"}', /AROAEXAMPLEID/],
  ['["anthem"]', /senders are not valid/],
  ['anthem', /not JSON/],
])('refuses %s', (setting, said) => {
  expect(() => parseSenderTenants(setting)).toThrow(said);
});
