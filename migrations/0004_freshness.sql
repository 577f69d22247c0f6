-- Every change that a gateway process may have cached bumps one counter and sends one notice, in the transaction
-- that makes the change. The counter is a row and not a sequence: a sequence moves before the commit, and a reader
-- would take the new number for news it already has. The triggers are deferred, so
-- that bumping is the last lock a transaction takes and cannot be part of a deadlock.
INSERT INTO "changes" ("id", "version") VALUES (1, 0);
--> statement-breakpoint
CREATE FUNCTION "note_change"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	changed text := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ->> TG_ARGV[1] ELSE to_jsonb(NEW) ->> TG_ARGV[1] END;
	number bigint;
BEGIN
	UPDATE "changes" SET "version" = "version" + 1 WHERE "id" = 1 RETURNING "version" INTO number;
	PERFORM pg_notify('sluice_changes', json_build_object('kind', TG_ARGV[0], 'id', changed, 'version', number)::text);
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "organizations"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('organization', 'id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "workspaces"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('workspace', 'id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "roles"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('role', 'id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "org_memberships"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('member', 'user_id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "workspace_memberships"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('member', 'user_id');
--> statement-breakpoint
-- Not on last_used_at: it moves once a minute for every key in use and nobody caches it.
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR DELETE OR UPDATE OF
	"organization_id", "short", "hash", "kind", "scope", "user_id", "role_id", "expires_at", "deactivated_at"
	ON "gateway_keys" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('key', 'id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "gateway_key_workspaces"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('key', 'key_id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "provider_secrets"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('secret', 'workspace_id');
--> statement-breakpoint
-- The outbox is rewritten as fast as calls come in: without this its dead rows outgrow it between two vacuums.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
-- Rows are closed in place: room on their page spares the indexes.
ALTER TABLE "exchanges" SET (fillfactor = 80);
