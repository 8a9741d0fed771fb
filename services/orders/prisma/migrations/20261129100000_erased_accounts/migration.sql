-- CreateTable
CREATE TABLE "erased_accounts" (
    "user_id" UUID NOT NULL,
    "erased_at" TIMESTAMPTZ NOT NULL,
    "settled_at" TIMESTAMPTZ,

    CONSTRAINT "erased_accounts_pkey" PRIMARY KEY ("user_id")
);

CREATE INDEX erased_accounts_unsettled ON erased_accounts (erased_at) WHERE settled_at IS NULL;
