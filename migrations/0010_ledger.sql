-- Policies, and the ledger of what they count: meters (what a policy counts), accounts (a meter in one window), holds
-- (reserved money, ended once), entries (immutable lines), hours (sums for reports and for new caps).
-- Locks are taken in one order everywhere: policy_versions by organisation, ledger_accounts by (meter, window),
-- ledger_holds by id, ledger_hours by (subject, hour), then exchanges and outbox. No foreign keys on the hot tables: they
-- would lock rows of the control plane on every call.
CREATE TABLE "ledger_accounts" (
	"meter_id" bigint NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"posted" bigint DEFAULT 0 NOT NULL,
	"overage" bigint DEFAULT 0 NOT NULL,
	"pending" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ledger_accounts_meter_id_starts_at_pk" PRIMARY KEY("meter_id","starts_at")
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"hold_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"nanos" bigint DEFAULT 0 NOT NULL,
	"tokens" bigint DEFAULT 0 NOT NULL,
	"basis" text,
	"at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_holds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_id" bigint,
	"process_id" uuid NOT NULL,
	"state" smallint DEFAULT 0 NOT NULL,
	"meters" bigint[] NOT NULL,
	"reserved_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"held_nanos" bigint DEFAULT 0 NOT NULL,
	"held_tokens" bigint DEFAULT 0 NOT NULL,
	"posted_nanos" bigint DEFAULT 0 NOT NULL,
	"posted_tokens" bigint DEFAULT 0 NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ledger_hours" (
	"subject_id" bigint NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"requests" bigint DEFAULT 0 NOT NULL,
	"tokens" bigint DEFAULT 0 NOT NULL,
	"posted_nanos" bigint DEFAULT 0 NOT NULL,
	"measured_nanos" bigint DEFAULT 0 NOT NULL,
	"expired_nanos" bigint DEFAULT 0 NOT NULL,
	"unpriced" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ledger_hours_subject_id_hour_pk" PRIMARY KEY("subject_id","hour")
);
--> statement-breakpoint
CREATE TABLE "ledger_subjects" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_subjects_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid,
	"key_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"request_model" text NOT NULL,
	"custom" jsonb NOT NULL,
	"digest" text NOT NULL,
	CONSTRAINT "ledger_subjects_digest" UNIQUE("digest")
);
--> statement-breakpoint
CREATE TABLE "ledger_meters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_meters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"metric" text NOT NULL,
	"window" text NOT NULL,
	"limit_value" bigint,
	"retired" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_prices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"match_pattern" text NOT NULL,
	"rates" jsonb NOT NULL,
	"context_tokens" bigint,
	"output_tokens_max" bigint,
	"hides_output" boolean DEFAULT false NOT NULL,
	"valid_from" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"policy_type" text NOT NULL,
	"action" text DEFAULT 'block' NOT NULL,
	"matchers" jsonb NOT NULL,
	"matchers_key" text NOT NULL,
	"window_key" text NOT NULL,
	"config" jsonb NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"parent_policy_id" uuid,
	"is_system_generated" boolean DEFAULT false NOT NULL,
	"created_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "policy_versions" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "ledger_entries_hold" ON "ledger_entries" USING btree ("hold_id");--> statement-breakpoint
CREATE INDEX "ledger_holds_open" ON "ledger_holds" USING btree ("id") WHERE "ledger_holds"."state" < 2;--> statement-breakpoint
CREATE INDEX "ledger_hours_hour" ON "ledger_hours" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "ledger_subjects_organization" ON "ledger_subjects" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_meters_policy" ON "ledger_meters" USING btree ("policy_id","metric","window") WHERE not "ledger_meters"."retired";--> statement-breakpoint
CREATE INDEX "ledger_meters_organization" ON "ledger_meters" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "model_prices_organization" ON "model_prices" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "policies_identity" ON "policies" USING btree ("organization_id","policy_type","matchers_key","window_key") WHERE "policies"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "policies_parent" ON "policies" USING btree ("parent_policy_id") WHERE "policies"."parent_policy_id" is not null;--> statement-breakpoint
-- Accounts and holds are rewritten in place all the time: room on their pages spares the indexes, and vacuum comes
-- by count and not by share, because the hot rows are few and their history is long.
ALTER TABLE "ledger_accounts" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE "ledger_hours" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
--> statement-breakpoint
ALTER TABLE "policy_versions" SET (fillfactor = 50);
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "policies"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('policy', 'organization_id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER "note_change" AFTER INSERT OR UPDATE OR DELETE ON "model_prices"
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "note_change"('price', 'organization_id');
