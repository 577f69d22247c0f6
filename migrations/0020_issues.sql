-- Issues: what policies and books complain about, grouped; and the calls each was seen in, so that counting is exact.
CREATE TABLE "issue_sightings" (
	"issue_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "issue_sightings_issue_id_run_id_pk" PRIMARY KEY("issue_id","run_id")
);
--> statement-breakpoint
CREATE TABLE "issues" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"policy_id" text NOT NULL,
	"policy_name" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject" text NOT NULL,
	"severity" integer NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"count" bigint DEFAULT 0 NOT NULL,
	"first_seen_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"reopened" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "issues_what" UNIQUE("workspace_id","kind","policy_id","subject")
);
--> statement-breakpoint
CREATE INDEX "issue_sightings_age" ON "issue_sightings" USING btree ("seen_at");--> statement-breakpoint
CREATE INDEX "issues_recent" ON "issues" USING btree ("workspace_id","last_seen_at");