import { type PersonalData, personalDataApi, personalDataSchema } from '@bramble/contracts/personal-data';
import { userIdOf } from '../base/actor';
import { endpoint } from '../http/endpoint';
import type { Mountable } from '../runtime/service';

/** The internal route by which the gateway exports a person's data. `read` may answer Dates; they are sent as text. */
export const personalDataEndpoint = (read: (userId: string) => Promise<Record<string, unknown>>): Mountable =>
  endpoint(personalDataApi.read, async ({ actor }): Promise<PersonalData> => {
    const data = await read(userIdOf(actor));
    return personalDataSchema.parse(JSON.parse(JSON.stringify(data)));
  });
