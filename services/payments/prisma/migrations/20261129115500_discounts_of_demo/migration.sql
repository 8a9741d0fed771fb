-- AlterTable
ALTER TABLE "discounts" ADD COLUMN     "made_in_demo" BOOLEAN NOT NULL DEFAULT false;
