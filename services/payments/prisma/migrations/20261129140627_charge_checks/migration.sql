-- Up to when the captures of the provider were compared with the attempts: one row, which begins at this moment.
-- `shop_id` marks the charges of this shop at a provider's account that several shops may use.
-- CreateTable
CREATE TABLE "charge_checks" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "shop_id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "checked_until" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "charge_checks_pkey" PRIMARY KEY ("id")
);

INSERT INTO "charge_checks" DEFAULT VALUES;
