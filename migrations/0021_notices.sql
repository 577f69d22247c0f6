-- Notices: what people are told of issues, each once per opening; rows are worked off by next_at.
CREATE TABLE "issue_notices" (
	"issue_id" uuid NOT NULL,
	"occurrence" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp (3) with time zone,
	"last_failure" text,
	CONSTRAINT "issue_notices_issue_id_occurrence_pk" PRIMARY KEY("issue_id","occurrence")
);
--> statement-breakpoint
CREATE INDEX "issue_notices_due" ON "issue_notices" USING btree ("next_at") WHERE "issue_notices"."done_at" is null;