import type { Fact } from '../fact.ts';
import { localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What EventBridge answers about rules. CloudFormation calls it for the stacks. */
export const EVENT_BUS_FACTS: readonly Fact[] = [
  {
    id: 'rule-unknown',
    call: 'DescribeRule',
    when: 'there is no such rule',
    answer: refusal('ResourceNotFoundException', 'Rule … does not exist on EventBus default.', 400),
    source: localstack('events/test_events'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'moto has other words. Code and status are the same.' },
  },
  {
    id: 'rule-with-targets',
    call: 'DeleteRule',
    when: 'the rule has targets',
    answer: refusal('ValidationException', "Rule can't be deleted since it has targets.", 400),
    source: localstack('events/test_events'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'event-pattern-malformed',
    call: 'PutRule',
    when: 'a field of the pattern has a text and no list',
    answer: refusal(
      'InvalidEventPatternException',
      'Event pattern is not valid. Reason: "…" must be an object or an array…',
      400,
    ),
    source: localstack('events/test_events_patterns'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'The message names other words. The code is the same.' },
  },
];
