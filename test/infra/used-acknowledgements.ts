import { Validations } from 'aws-cdk-lib';
import { NagPack } from 'cdk-nag';
import type { Construct } from 'constructs';
import { vi } from 'vitest';

/** What cdk-nag asks of each finding. It knows rules without their pack, so the answer is no; the CDK takes out what is accepted. */
interface AsksForAcknowledgement {
  isAcknowledged(resource: unknown, rule: string): boolean;
}

/** cfn-guard's are left out: it takes most of a synthesis's time, and accepts by rule wherever the finding is. */
const OF_NAG = /^(AwsSolutions|HIPAA\.Security|NIST\.800\.53\.R5|Serverless)::/;

/**
 * Watches what is acknowledged from here on, and what of it is about a finding of cdk-nag.
 * @returns what was acknowledged and suppresses nothing, each as its rule and reason: the same words are the same place in the code
 */
export function watchAcknowledgements(): { needless(): string[]; found(): number } {
  const given = new Set<string>();
  const used = new Set<string>();
  const acknowledge = Validations.prototype.acknowledge;
  const reasons = new WeakMap<object, [rule: string, place: string][]>();
  vi.spyOn(Validations.prototype, 'acknowledge').mockImplementation(function (this: Validations, ...rules) {
    const { scope } = this as unknown as { scope: object };
    for (const { id, reason } of rules.filter((rule) => OF_NAG.test(rule.id))) {
      const place = `${id}: ${reason}`;
      given.add(place);
      reasons.set(scope, [...(reasons.get(scope) ?? []), [id, place]]);
    }
    acknowledge.apply(this, rules);
  });
  const pack = NagPack.prototype as unknown as AsksForAcknowledgement;
  const { isAcknowledged } = pack;
  vi.spyOn(pack, 'isAcknowledged').mockImplementation(function (this: unknown, resource, rule) {
    for (const scope of (resource as Construct).node.scopes)
      for (const [id, place] of reasons.get(scope) ?? []) if (id.endsWith(`::${rule}`)) used.add(place);
    return isAcknowledged.call(this, resource, rule);
  });
  return { needless: () => [...given].filter((place) => !used.has(place)).sort(), found: () => used.size };
}
