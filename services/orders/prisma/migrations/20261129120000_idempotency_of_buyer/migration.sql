-- The buyer of the order in an answer to somebody else, so that an erasure of the buyer finds the answer.
ALTER TABLE "idempotency" ADD COLUMN     "buyer_id" UUID;

CREATE INDEX idempotency_of_buyer ON idempotency (buyer_id) WHERE buyer_id IS NOT NULL;
