-- CreateIndex
CREATE INDEX "payment_attempts_of_user" ON "payment_attempts"("user_id");
