import { ResourceNotFoundException } from '@aws-sdk/client-eks';
import { expect, test } from 'vitest';
import { Cancelled, failureReason, isHeld, isMissing, NotStabilized } from './failure.ts';

function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

test.each(['InvalidVpcID.NotFound', 'NoSuchEntityException', 'ResourceNotFoundException'])(
  '%s means that it is gone',
  (name) => expect(isMissing(named(name))).toBe(true),
);

test('Auto Scaling says only in its message that it is gone', () => {
  expect(isMissing(named('ValidationError', 'AutoScalingGroup name not found - x'))).toBe(true);
  expect(isMissing(named('ValidationError', 'MinSize is too large'))).toBe(false);
});

test('a resource in use is worth another try', () => {
  expect(isHeld(named('DependencyViolation'))).toBe(true);
  expect(isHeld(named('DeleteConflictException'))).toBe(true);
  expect(isHeld(named('InvalidParameterValue'))).toBe(false);
});

test('a reason names the service, the status, the request and the class of error', () => {
  const error = new ResourceNotFoundException({
    message: 'No cluster found for name: lab.',
    $metadata: { httpStatusCode: 404, requestId: 'r-1' },
  });
  expect(failureReason(error, 'token')).toBe(
    'Resource handler returned message: "No cluster found for name: lab. (Service: Eks, Status Code: 404, Request ID: r-1)" (RequestToken: token, HandlerErrorCode: NotFound)',
  );
  expect(failureReason(new NotStabilized('Cluster lab'), 'token')).toContain(
    '"Cluster lab did not stabilize." (RequestToken: token, HandlerErrorCode: NotStabilized)',
  );
  expect(failureReason(new Cancelled(), 'token')).toBe('Resource creation cancelled');
});
