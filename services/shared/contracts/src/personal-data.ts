import { z } from 'zod';
import { operation } from './operation';

/** The data that a service holds of a person, by kind. No two services use the same name for a kind. */
export const personalDataSchema = z.record(z.string(), z.json());
export type PersonalData = z.infer<typeof personalDataSchema>;

/** Every service that holds data of persons implements it. The person is the actor of the call. */
export const personalDataApi = {
  read: operation({
    id: 'readPersonalData',
    method: 'get',
    path: '/internal/personal-data',
    service: 'every',
    tag: 'accounts',
    summary: 'What this service holds of the actor',
    access: 'service',
    responses: { 200: personalDataSchema },
  }),
};
