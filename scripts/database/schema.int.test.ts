import { readFileSync } from 'node:fs';
import pg from 'pg';
import { testStores, type TestStores } from '@bramble/test-kit/stores';
import { postgresServices, schemaOf } from '../workspace';
import { describeDatabase, differing } from './describe';
import { schemaDifference } from './engine';

/**
 * What the migrations make and schema.prisma has no words for, or other ones: CHECKs, triggers, partial indexes, the order of
 * an index (`text_pattern_ops`), GENERATED ALWAYS AS IDENTITY, an array that is NOT NULL. A name that is not here is a fault.
 */
const beyondPrisma: Readonly<Record<string, readonly string[]>> = {
  orders: [
    'check cart_items.cart_items_quantity_check',
    'check order_lines.order_lines_quantity_check',
    'check orders.orders_amounts',
    'check refunds.refunds_amount_check',
    'column outbox.seq',
    'function order_events_are_append_only',
    'function over_unpaid_limits',
    'index erased_accounts_unsettled',
    'index idempotency_of_buyer',
    'index orders_due',
    'index orders_number',
    'index orders_unpaid_of_address',
    'index orders_unpaid_of_user',
    'index outbox_recorded',
    'index outbox_sent',
    'index outbox_unsent',
    'trigger order_events.order_events_no_update',
  ],
  payments: [
    'check discount_uses.discount_uses_state_check',
    'check discounts.discounts_check',
    'check discounts.discounts_check1',
    'check discounts.discounts_minimum_check',
    'check discounts.discounts_type_check',
    'check discounts.discounts_usage_limit_check',
    'check discounts.discounts_used_check',
    'check payment_attempts.payment_attempts_amount_check',
    'check payment_attempts.payment_attempts_attempt_check',
    'check payment_attempts.payment_attempts_status_check',
    'check refunds.refunds_amount_check',
    'check refunds.refunds_status_check',
    'column outbox.seq',
    'column refunds.failed_references',
    'index discount_uses_taken',
    'index outbox_recorded',
    'index outbox_sent',
    'index outbox_unsent',
    'index payment_attempts_one_capture',
    'index payment_attempts_unsettled',
    'index refunds_unsettled',
  ],
  users: [
    'check mail_jobs.mail_jobs_kind_check',
    'check one_time_links.one_time_links_purpose_check',
    'check refresh_tokens.refresh_tokens_hash_check',
    'check revocations.revocations_check',
    'check sessions.sessions_end_reason_check',
    'check signing_keys.signing_keys_state_check',
    'check users.users_email_check',
    'check users.users_roles_check',
    'column outbox.seq',
    'column revocations.seq',
    'column users.demo_roles',
    'column users.roles',
    'function refuse_change_of_audit',
    'index erasures_with_limits',
    'index mail_jobs_asked',
    'index mail_jobs_old',
    'index mail_jobs_ready',
    'index outbox_recorded',
    'index outbox_sent',
    'index outbox_unsent',
    'index sessions_live',
    'index signing_keys_one_current',
    'index signing_keys_one_next',
    'index users_demo_roles',
    'index users_erased',
    'trigger audit_entries.audit_entries_append_only',
    'trigger audit_entries.audit_entries_never_emptied',
  ],
};

const open: TestStores[] = [];
afterAll(() => Promise.all(open.map((stores) => stores.close())));

/** The database that the migrations of a service give, or an empty one where there is no such service. */
async function databaseOf(service: string): Promise<string> {
  const stores = await testStores(service);
  open.push(stores);
  return stores.postgresUrl;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** An empty database, made into what the engine reads in a schema. */
async function describedBy(schema: string) {
  const url = await databaseOf('nothing');
  await execute(url, await schemaDifference(url, schema, 'nothing'));
  return describeDatabase(url);
}

const schemaText = (service: string) => readFileSync(schemaOf(service), 'utf8');

describe.each(postgresServices())('the migrations of %s', (service) => {
  it('give what schema.prisma says, and what it has no words for', async () => {
    const found = differing(
      await describeDatabase(await databaseOf(service)),
      await describedBy(schemaText(service)),
    );
    expect(found).toEqual(beyondPrisma[service] ?? []);
  });

  it('leave nothing to migrate', async () => {
    expect(await schemaDifference(await databaseOf(service), schemaText(service))).toBe('');
  });
});

describe('the comparison of migrations and schema', () => {
  const known = beyondPrisma['orders'] ?? [];
  const withNote = schemaText('orders').replace(
    /^model Order \{$/m,
    '$&\n  giftNote String @map("gift_note")',
  );

  it('finds a column that only the schema has', async () => {
    const url = await databaseOf('orders');
    const found = differing(await describeDatabase(url), await describedBy(withNote));
    expect(found).toEqual([...known, 'column orders.gift_note'].sort());
    expect(await schemaDifference(url, withNote)).toContain('ADD COLUMN     "gift_note" TEXT NOT NULL');
  });

  it('finds what only the database has, in words of Prisma or not', async () => {
    const url = await databaseOf('orders');
    await execute(
      url,
      `ALTER TABLE carts ADD CONSTRAINT carts_named CHECK (owner <> ''); CREATE INDEX orders_paid ON orders (paid_at)`,
    );
    const found = differing(await describeDatabase(url), await describedBy(schemaText('orders')));
    expect(found).toEqual([...known, 'check carts.carts_named', 'index orders_paid'].sort());
  });
});
