-- AlterTable
ALTER TABLE "orders" ADD COLUMN     "placed_from" TEXT;

-- CreateIndex
CREATE INDEX "orders_of_address" ON "orders"("placed_from", "id" DESC);
