import { deadLetterSchema, gatewayApi, healthSchema } from '@bramble/contracts/gateway';
import { describeFields } from './describe-fields';
import { pageOfTexts, pageTexts, presentPassword } from './shared';

const dashboard = gatewayApi.dashboard.responses[200];

export const gatewayFields = [
  describeFields(gatewayApi.welcome.responses[200], {
    name: 'The name of the software, not of the shop.',
    version: 'The release of the gateway, as `info.version` of this document.',
    links: 'Paths where a program can begin, by what they are about.',
  }),
  describeFields(healthSchema, {
    status:
      '`ok` while every part is up; otherwise `starting` until every part was up once, and `degraded` later.',
    services: 'Each part of the shop by its name; `down` when it did not answer within a second.',
  }),
  describeFields(dashboard, {
    profile: 'Who is signed in; null when it could not be read in time.',
    recommended: 'Up to 8 products of other sellers, the most sold first.',
    recentOrders: 'Up to 5 own orders, newest first.',
    degraded: 'The parts that could not be read in time, which are empty for that reason alone.',
  }),
  describeFields(dashboard.shape.profile.unwrap(), {
    user: 'The account that is signed in.',
    profile: 'What the person stored about themselves.',
  }),
  describeFields(gatewayApi.exportMeConfirmed.body, {
    password: presentPassword,
  }),
  describeFields(deadLetterSchema, {
    id: 'The name of the dead letter across all services: `<stream>.<group>.<event id>`.',
    stream: 'The stream that the event came from, named after what its events are about.',
    group: 'The service whose consumer gave the event up.',
    eventId: 'The id of the event; empty when the entry was no event at all.',
    type: 'The type of the event, such as `order.paid`.',
    key: 'The id of what the event is about, such as an order.',
    attempts: 'The number of tries that failed; those at which the event came too early are not counted.',
    error: 'The kind of the fault (`schema`, `unknown_type` or `handler`) and the last error.',
    failedAt: 'When the consumer gave the event up, in UTC.',
    payload: 'What the event says; as text when it is not JSON.',
    cause: 'The error without ids and numbers, so that equal faults have equal texts; absent in old letters.',
    causeId: 'The same for all letters with the same stream, group, type and cause; absent in old letters.',
  }),
  describeFields(gatewayApi.deadLetters.query, pageTexts),
  describeFields(
    gatewayApi.deadLetters.responses[200],
    pageOfTexts('Dead letters of all services, newest first.'),
  ),
];
