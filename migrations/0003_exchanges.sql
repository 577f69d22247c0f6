-- One row a call, the outbox that carries its ending to the exporter, and the traces built from it.
-- Exchanges, runs and spans have no foreign keys: a call must not lock rows of the control plane, and its trace
-- outlives the key it names.
CREATE TABLE "exchanges" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"key_short" text NOT NULL,
	"user_id" uuid,
	"process_id" uuid NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"provider" text NOT NULL,
	"dialect" text NOT NULL,
	"operation" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"request_model" text,
	"stream" boolean NOT NULL,
	"trace_id" text NOT NULL,
	"parent_span_id" text,
	"trace_state" text,
	"session_id" text,
	"user_agent" text,
	"ended_at" timestamp (3) with time zone,
	"outcome" text,
	"status" integer,
	"error_code" text,
	"upstream_status" integer,
	"upstream_request_id" text,
	"response_model" text,
	"response_id" text,
	"finish_reasons" text[],
	"usage" jsonb,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cost_nanos" bigint,
	"cost_basis" text,
	"first_byte_ms" double precision,
	"overhead_ms" double precision,
	"policies" jsonb,
	"findings" jsonb
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"exchange_id" uuid PRIMARY KEY NOT NULL,
	"event" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"parked_at" timestamp (3) with time zone,
	"parked_why" text
);
--> statement-breakpoint
CREATE TABLE "processes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"left_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"key_short" text NOT NULL,
	"user_id" uuid,
	"trace_id" text NOT NULL,
	"session_id" text,
	"provider" text NOT NULL,
	"operation" text NOT NULL,
	"request_model" text,
	"response_model" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"status" integer NOT NULL,
	"error_code" text,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cost_nanos" bigint,
	"event" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "spans" (
	"exchange_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"span_id" text NOT NULL,
	"trace_id" text NOT NULL,
	"parent_span_id" text,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"start_ms" double precision NOT NULL,
	"end_ms" double precision NOT NULL,
	"status" text NOT NULL,
	"status_message" text,
	"attributes" jsonb NOT NULL,
	CONSTRAINT "spans_exchange_id_span_id_pk" PRIMARY KEY("exchange_id","span_id")
);
--> statement-breakpoint
CREATE INDEX "exchanges_open" ON "exchanges" USING btree ("process_id","id") WHERE "exchanges"."outcome" is null;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("exchange_id") WHERE "outbox"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "runs_workspace" ON "runs" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "runs_key" ON "runs" USING btree ("key_id","id");--> statement-breakpoint
CREATE INDEX "runs_trace" ON "runs" USING btree ("trace_id");--> statement-breakpoint
CREATE INDEX "spans_trace" ON "spans" USING btree ("trace_id");