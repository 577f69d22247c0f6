-- The calls of a price range are few among all, and a page of them must not be looked for run by run.
CREATE INDEX "runs_cost" ON "runs" USING btree ("workspace_id","cost_nanos");