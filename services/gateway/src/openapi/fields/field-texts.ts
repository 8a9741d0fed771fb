import { z } from 'zod';
import { catalogFields } from './catalog';
import { deliveryFields } from './delivery';
import type { DescribedSchema } from './describe-fields';
import { gatewayFields } from './gateway';
import { orderingFields } from './orders';
import { paymentFields } from './payments';
import { sharedFields } from './shared';
import { userFields } from './users';

const described: readonly DescribedSchema[] = [
  ...sharedFields,
  ...userFields,
  ...catalogFields,
  ...orderingFields,
  ...paymentFields,
  ...deliveryFields,
  ...gatewayFields,
];

/**
 * The sentences for the fields of every public schema. They are kept outside the contracts, since every service loads those
 * and only this document needs the sentences. A schema that refines another one has the sentences of that one.
 */
export const fieldTexts = z.registry<{ texts: DescribedSchema['texts'] }>();
for (const { schema, texts } of described) fieldTexts.add(schema, { texts });
