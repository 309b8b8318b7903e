import { describe, expect, it } from 'vitest';
import { answerName, answerWord } from '../../lib/domain/answer.ts';

describe('an answer in words', () => {
  it.each([
    [
      'approved',
      [
        'Approved',
        'approved.',
        'APPROVED_IN_FULL',
        'Fully Approved',
        'Initial Approval',
        'Auto-Approved',
        'autoApproved',
      ],
    ],
    [
      'approved',
      ['Clinically approved', 'Approved by Medical Director', 'Prior Authorization Approved', 'Favourable'],
    ],
    [
      'approved',
      ['Certified in full', 'Authorised', 'Authorized in full', 'Fully favorable', 'Expedited approved'],
    ],
    [
      'partial',
      ['Approved - Partial', 'Partially authorised', 'Partial denial', 'Partially Approved/Denied'],
    ],
    [
      'partial',
      ['Certified with modifications', 'Modified approval', 'Approve in part, deny in part', 'Part approved'],
    ],
    ['partial', ['Approved with limitations', 'Partially unfavorable', 'PARTIAL_AUTHORIZATION']],
    [
      'denied',
      ['Denial', 'Administrative denial', 'Clinically denied', 'Denied in total', 'Declined', 'Disapproved'],
    ],
    [
      'denied',
      ['Denied - Not Medically Necessary', 'DENIED_MEDICAL_NECESSITY', 'Lack of information denial'],
    ],
    ['denied', ['Adverse Benefit Determination', 'Adverse decision', 'nonCertified', 'Non-Certification']],
    ['denied', ['Not medically necessary', 'Medical necessity not met', 'Wholly unfavorable']],
    [
      'pended',
      [
        'Pending review',
        'Pended for additional information',
        'On hold',
        'In process',
        'Under medical review',
      ],
    ],
    [
      'pended',
      [
        'Additional information requested',
        'Needs more information',
        'Pending decision',
        'pendingClinicalReview',
      ],
    ],
    [
      'withdrawn',
      ['Withdrawn by requester', 'Provider withdrew', 'Request cancelled', 'Canceled - provider request'],
    ],
    ['dismissed', ['Dismiss', 'Request dismissed', 'Unable to be processed']],
    ['void', ['Duplicate of prior request', 'Void - duplicate', 'Created in error']],
    [
      'not-required',
      ['No Pre-Auth required', 'Precertification not required', 'Preauthorization is not needed'],
    ],
    ['approved', ['https://codesystem.x12.org/005010/306|A1', '306|A1', 'A1 - Certified in full', 'a1']],
  ])('is understood as %s: %j', (answer, texts) => {
    expect(texts.map((text) => [text, answerWord(text)])).toEqual(texts.map((text) => [text, answer]));
  });

  it.each([
    [
      'are no answer yet',
      ['Approval pending', 'Denial Pending', 'Pending approval', 'Not yet approved', 'To be approved'],
    ],
    [
      'are a wish or an advice',
      ['Approval requested', 'Request approval', 'Recommend denial', 'Intent to deny'],
    ],
    [
      'are an approval with a condition',
      ['Conditionally approved', 'Pre-approved', 'Approved - alternate service'],
    ],
    [
      'say two things',
      ['Approved/Denied', 'Approved, pended', 'Denied (overturned)', 'Overturned - approved'],
    ],
    [
      'say only what it is not',
      ['Not denied', 'Not withdrawn', 'Not partially approved', 'Not approved as requested'],
    ],
    [
      'may mean an end or a denial',
      ['Rejected', 'Refused', 'Returned', 'Incomplete', 'Not covered', 'No review required'],
    ],
    [
      'are of something else',
      ['Upheld', 'A5', 'Complete', 'Closed', 'Received', 'Certification', 'Yes', '1', 'true', 'OK'],
    ],
    ['are empty or a question', ['', ' ', '-', 'n/a', 'Approved?', '!denied', 'Partially']],
  ])('that %s decide nothing: %j', (_, texts) => {
    const decided = texts.filter((text) => ![undefined, 'unclear'].includes(answerWord(text)));
    expect(decided).toEqual([]);
  });

  it('is less than the name of an answer: a type such as INITIAL_APPROVAL says nothing', () => {
    expect(answerName('REQUEST_APPROVED')).toBe('approved');
    expect(['INITIAL_APPROVAL', 'DENIAL', 'PENDING_REVIEW', 'PROVIDER_WITHDREW'].map(answerName)).toEqual(
      Array(4).fill(undefined),
    );
  });
});
