import { describe, expect, test } from 'vitest';
import { readCall, type WireCall } from './read-call.ts';
import { requestsOfCall } from './requests-of-call.ts';

const call = (fields: Partial<WireCall>): WireCall => ({ method: 'POST', path: '/', status: 200, ...fields });
const queue = 'https://sqs.us-east-1.amazonaws.com/123456789012/pagw-events.fifo';

describe('a call on the wire', () => {
  test.each<[Partial<WireCall>, string, string[]]>([
    [
      {
        signedFor: 'rds-data',
        path: '/Execute',
        body: '{"resourceArn":"cluster","secretArn":"secret","sql":"SELECT"}',
      },
      'rds-data:ExecuteStatement',
      ['cluster', 'secret'],
    ],
    [
      { signedFor: 'sqs', target: 'AmazonSQS.SendMessage', body: JSON.stringify({ QueueUrl: queue }) },
      'sqs:SendMessage',
      [queue],
    ],
    [
      { signedFor: 'sns', body: 'Action=Publish&TopicArn=arn%3Aaws%3Asns&Message=m' },
      'sns:Publish',
      ['arn:aws:sns'],
    ],
    [
      { signedFor: 'secretsmanager', target: 'secretsmanager.GetSecretValue', body: '{"SecretId":"secret"}' },
      'secretsmanager:GetSecretValue',
      ['secret'],
    ],
    [
      { signedFor: 's3', method: 'GET', path: '/archive/events/one%2Ftwo.parquet?x-id=GetObject' },
      's3:GetObject',
      ['archive'],
    ],
    [{ signedFor: 's3', method: 'PUT', path: '/archive/one?x-id=PutObject' }, 's3:PutObject', ['archive']],
  ])('is read: %o', (fields, operation, resources) => {
    expect(readCall(call(fields))).toEqual({ operation, resources, missing: false });
  });

  test('says that S3 did not find an object', () => {
    const head = { signedFor: 's3', method: 'HEAD', path: '/archive/one', status: 404 };
    expect(readCall(call(head))).toMatchObject({ operation: 's3:HeadObject', missing: true });
  });

  test.each<[string, Partial<WireCall>]>([
    ['lists a bucket', { signedFor: 's3', method: 'GET', path: '/archive?list-type=2' }],
    ['tags an object', { signedFor: 's3', method: 'PUT', path: '/archive/one?tagging' }],
    [
      'is of another operation',
      { signedFor: 'sqs', target: 'AmazonSQS.PurgeQueue', body: '{"QueueUrl":"q"}' },
    ],
    ['is of another service', { signedFor: 'dynamodb', target: 'DynamoDB.GetItem', body: '{}' }],
    ['is not signed', { method: 'GET', path: '/' }],
  ])('is not passed over when it %s', (_, fields) => {
    const rights = () => {
      const { operation, resources } = readCall(call(fields));
      return requestsOfCall(operation, resources, false, () => undefined);
    };
    expect(rights).toThrow(/is not read yet|is not in requests-of-call/);
  });
});
