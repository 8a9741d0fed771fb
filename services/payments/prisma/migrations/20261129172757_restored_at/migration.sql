-- AlterTable
ALTER TABLE "charge_checks" ADD COLUMN     "restored_at" TIMESTAMPTZ;
