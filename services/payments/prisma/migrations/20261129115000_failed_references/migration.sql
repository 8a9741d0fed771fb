-- The provider's refunds that failed: a notice about one of them that comes late has no effect.
ALTER TABLE "refunds" ADD COLUMN     "failed_references" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
